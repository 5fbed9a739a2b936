package notify

import (
	"fmt"
	"strings"

	"github.com/slamon/slamon/alert"
)

// Attachment is a file that goes along with a message.
type Attachment struct {
	Name      string
	MediaType string
	Data      []byte
}

// maxAttached bounds the files of one message. Mail servers refuse more than 10 to
// 25 MB, and base64 adds a third; what is left out is one link away.
const maxAttached = 7 << 20

// Section is a part of a message: what it is about, and what there is to say.
type Section struct {
	Title string
	Lines []Fact
}

// Report writes the message of a report on a period. The title names the period.
// Channels that cannot carry files get the text with its links.
func (r Renderer) Report(n alert.Notice, language, title string, sections []Section, attached []Attachment) Message {
	w := words[language]
	if w == nil {
		language, w = "en", words["en"]
	}
	m := Message{ID: n.ID, Thread: n.Thread, Language: language, Notice: n, Attached: fitting(attached)}
	m.Subject = clip("[slamon] " + w["report"] + ": " + title)
	if len(sections) > 0 && r.URL != "" {
		for _, line := range sections[0].Lines {
			if line.Link != "" && m.Link == "" {
				m.Link = line.Link
			}
		}
	}
	footer := []Fact{{w["period"], title, ""}}
	for _, a := range m.Attached {
		footer = append(footer, Fact{w["attached"], a.Name, ""})
	}
	footer = append(footer, Fact{w["site"], r.Site, ""})
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "%s\n", s.Title)
		for _, line := range s.Lines {
			fmt.Fprintf(&b, "  %s: %s\n", line.Name, line.Value)
		}
		b.WriteByte('\n')
	}
	for _, line := range footer {
		fmt.Fprintf(&b, "%s: %s\n", line.Name, line.Value)
	}
	m.Text = b.String()
	m.HTML = sheet{Language: w["language"], Subject: m.Subject, Blocks: sections, Footer: footer}.html()
	return m
}

// fitting leaves out the files that would make a message too large.
func fitting(list []Attachment) (kept []Attachment) {
	left := maxAttached
	for _, a := range list {
		if len(a.Data) <= left {
			kept, left = append(kept, a), left-len(a.Data)
		}
	}
	return kept
}
