package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

// Message is a notice as a channel sends it.
type Message struct {
	ID       string       `json:"id"`     // of the notice: receivers can drop doubles by it
	Thread   string       `json:"thread"` // of the trouble: a failure and its recovery share it
	Language string       `json:"language"`
	Subject  string       `json:"subject"`
	Text     string       `json:"text"`
	HTML     string       `json:"-"`
	Attached []Attachment `json:"-"` // for channels that can carry files
	Link     string       `json:"link,omitempty"`
	Test     bool         `json:"test,omitempty"` // made by hand, to try the channel
	Notice   alert.Notice `json:"notice"`
}

// Over reports whether the trouble is over.
func (m Message) Over() bool {
	return m.Notice.Kind == alert.Recovered || m.Notice.Kind == alert.Stable
}

// Short returns a hash of a name that is fit for headers and keys.
func Short(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:12])
}

// JSON returns the message as machines read it.
func (m Message) JSON() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // a Message holds nothing that JSON refuses
	}
	return text
}

// Renderer turns notices into messages.
type Renderer struct {
	Site string
	Zone *time.Location
	URL  string // of the pages, without a slash at the end; empty when unknown
	// Act returns the signed link by which whoever holds it acknowledges a condition;
	// nil for none.
	Act func(key string) string

	language string // of the message that is being written
}

// Render writes the message of a notice.
func (r Renderer) Render(n alert.Notice, language string) Message {
	w := words[language]
	if w == nil {
		language, w = "en", words["en"]
	}
	r.language = language
	m := Message{ID: n.ID, Thread: n.Thread, Language: language, Notice: n, Subject: r.subject(w, n)}
	if r.URL != "" && len(n.Conditions) > 0 {
		m.Link = r.URL + n.Conditions[0].Path
	}
	m.Text = r.text(w, n)
	m.HTML = r.html(w, n, m.Subject)
	return m
}

func (r Renderer) subject(w map[string]string, n alert.Notice) string {
	s := "[slamon] " + w[kindOf(n)] + ": "
	if len(n.Conditions) > 0 {
		s += r.title(n, &n.Conditions[0])
	}
	if more := len(n.Conditions) + n.More - 1; more > 0 {
		s += fmt.Sprintf(w["and more"], more)
	}
	return clip(s)
}

// title says what is the matter, or that it is over.
func (r Renderer) title(n alert.Notice, c *alert.Condition) string {
	if n.Kind == alert.Recovered || n.Kind == alert.Stable {
		return c.OverTitleIn(r.language)
	}
	return c.TitleIn(r.language)
}

// kindOf is the key of the word that a subject begins with: only a failure is down, and
// what is slow or about to end is not.
func kindOf(n alert.Notice) string {
	failure := func(c alert.Condition) bool { return c.Type == alert.Incident || c.Type == alert.Trial }
	if n.Kind == alert.Opened && len(n.Conditions) > 0 && !slices.ContainsFunc(n.Conditions, failure) {
		if n.Severity == alert.Critical {
			return "critical"
		}
		return "warned"
	}
	return string(n.Kind)
}

func (r Renderer) text(w map[string]string, n alert.Notice) string {
	var b strings.Builder
	for _, c := range n.Conditions {
		fmt.Fprintf(&b, "%s\n", r.title(n, &c))
		for _, line := range r.lines(w, n, c) {
			fmt.Fprintf(&b, "  %s: %s\n", line.Name, line.Value)
		}
		b.WriteByte('\n')
	}
	if n.More > 0 {
		fmt.Fprintf(&b, w["more listed"]+"\n\n", n.More)
	}
	for _, line := range r.footer(w, n) {
		fmt.Fprintf(&b, "%s: %s\n", line.Name, line.Value)
	}
	return b.String()
}

// Fact is one line about a condition or a claim.
type Fact struct{ Name, Value, Link string }

func (r Renderer) lines(w map[string]string, n alert.Notice, c alert.Condition) []Fact {
	var out []Fact
	add := func(name, value, link string) {
		if value != "" {
			out = append(out, Fact{w[name], value, link})
		}
	}
	seen := "seen"
	if n.Kind == alert.Recovered || n.Kind == alert.Stable {
		seen = "was"
	}
	add(seen, c.SentenceIn(r.language), "")
	if !c.Since.IsZero() {
		add("since", r.at(c.Since), "")
	}
	if n.Kind == alert.Recovered && c.Type == alert.Incident && n.Detected.After(c.Since) {
		add("over", r.at(n.Detected), "")
		add("lasted", alert.LengthIn(r.language, n.Detected.Sub(c.Since)), "")
	}
	if c.Failed > 0 {
		add("failed", fmt.Sprint(c.Failed), "")
	}
	add("service", string(c.Service), "")
	add("check", string(c.Check), "")
	add("claim", string(c.Claim), "")
	if r.URL != "" {
		add("page", r.URL+c.Path, r.URL+c.Path)
	}
	if r.Act != nil && c.Key != "" && n.Kind != alert.Recovered && n.Kind != alert.Stable {
		if link := r.Act(c.Key); link != "" {
			add("acknowledge", link, link)
		}
	}
	return out
}

func (r Renderer) at(t time.Time) string {
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04:05 -07:00")
}

// page is plain enough for every mail reader: no images, no style sheet, nothing
// from elsewhere.
var page = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="font-family:sans-serif;line-height:1.5">
{{range .Blocks}}<h2 style="font-size:1.1em;margin:1em 0 .3em">{{.Title}}</h2>
<table cellpadding="2">{{range .Lines}}<tr><td style="color:#555;padding-right:1em;vertical-align:top;white-space:nowrap">{{.Name}}</td><td>{{if .Link}}<a href="{{.Link}}">{{.Value}}</a>{{else}}{{.Value}}{{end}}</td></tr>
{{end}}</table>
{{end}}{{if .More}}<p>{{.More}}</p>
{{end}}<p style="color:#555;font-size:.9em">{{range .Footer}}{{.Name}}: {{.Value}}<br>
{{end}}</p></body></html>
`))

func (r Renderer) html(w map[string]string, n alert.Notice, subject string) string {
	p := sheet{Language: w["language"], Subject: subject, Footer: r.footer(w, n)}
	for _, c := range n.Conditions {
		lines := r.lines(w, n, c)
		for i := range lines {
			if lines[i].Name == w["acknowledge"] {
				lines[i].Value = w["take"] // its address is a long one, and what to click at night
			}
		}
		p.Blocks = append(p.Blocks, Section{r.title(n, &c), lines})
	}
	if n.More > 0 {
		p.More = fmt.Sprintf(w["more listed"], n.More)
	}
	return p.html()
}

func (r Renderer) footer(w map[string]string, n alert.Notice) []Fact {
	detected := w["detected"]
	if n.Kind != alert.Opened && n.Kind != alert.Changed {
		detected = w["arose"] // the trouble itself was detected with the first notice
	}
	return []Fact{{detected, r.at(n.Detected), ""}, {w["due"], r.at(n.Due), ""}, {w["why"], why(r.language, n.Why), ""}, {w["site"], r.Site, ""}}
}

// sheet is what the HTML part of a mail shows.
type sheet struct {
	Language, Subject, More string
	Blocks                  []Section
	Footer                  []Fact
}

func (p sheet) html() string {
	var b strings.Builder
	if err := page.Execute(&b, p); err != nil {
		return "" // the text says the same
	}
	return b.String()
}

// Samples returns messages of every sort that a template has to cope with, in both
// languages. Nothing in them is rarer than in what it will be given later.
func Samples() []Message {
	now := time.Now().UTC()
	c := alert.Condition{
		Key: "incident/sample-20261001T120000.000Z", Subject: "check sample", Type: alert.Incident, Severity: alert.Critical,
		Service: "web-meeting", Check: "sample", Class: "application", Since: now, Failed: 3, Reason: check.ReasonTimeout,
		Title: "Web meeting: Join is down", Sentence: "No answer within 10 s.", Path: "/incidents/sample-20261001T120000.000Z",
	}
	second := alert.Condition{Key: "refuted/sample/20261001", Type: alert.Refuted, Severity: alert.Critical, Service: "web-meeting",
		Claim: "sample", Since: now, Title: "Web meeting: the claim of 99.991% is breached for certain", Path: "/claims/sample"}
	r := Renderer{Site: "sample", URL: "https://slamon.example.com"}
	var list []Message
	for _, language := range []string{"en", "ja"} {
		for _, kind := range []alert.Kind{alert.Opened, alert.Recovered} {
			n := alert.Notice{ID: "sample", Thread: "sample", Kind: kind, Why: "confirmed", Policy: "sample", Severity: alert.Critical,
				Detected: now, Due: now.Add(time.Hour), Channels: []alert.Channel{"sample"}, Conditions: []alert.Condition{c, second}, More: 7}
			list = append(list, r.Render(n, language))
		}
		n := alert.Notice{ID: "report/sample", Thread: "report/sample", Kind: alert.Reported, Why: "the period has ended", Detected: now, Due: now.Add(time.Hour),
			Conditions: []alert.Condition{{Key: "report/sample", Type: alert.Reporting, Claim: "sample", Title: "Web meeting: 99.991%"}}}
		list = append(list, r.Report(n, language, "2026-10", []Section{{Title: "Web meeting", Lines: []Fact{{Name: "Verdict", Value: "Met"}}}}, nil), Sample(language))
	}
	return list
}

// Sample returns a message that is marked as a test, to try a channel with.
func Sample(language string) Message {
	now := time.Now().UTC()
	n := alert.Notice{
		ID: fmt.Sprintf("test@%d", now.UnixNano()), Kind: alert.Test, Why: "somebody tries this channel", Severity: alert.Info,
		Detected: now, Due: now.Add(time.Hour),
		Conditions: []alert.Condition{{
			Key: "test", Subject: "test", Type: alert.Trial, Title: "This is only a test of the channel", Since: now,
			Sentence: "Nothing has happened.", JA: alert.Words{Title: "通知先の試験です", Sentence: "何も起きていません。"},
		}},
	}
	n.Thread = n.ID
	m := Renderer{Site: "test"}.Render(n, language)
	m.Test = true
	return m
}
