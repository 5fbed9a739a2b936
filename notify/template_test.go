package notify

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/alert"
)

func TestTexts(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	x, err := NewTexts(alert.Template{
		Subject: "{{if .Over}}OK{{else}}NG{{end}} {{(index .Notice.Conditions 0).Title}}\nsecond line",
		Text:    `{{date "15:04" .Notice.Detected}} {{.Text}}`,
		HTML:    `<p>{{(index .Notice.Conditions 0).Sentence}}</p>{{.HTML}}`,
	}, tokyo)
	if err != nil {
		t.Fatal(err)
	}
	built := outage(alert.Opened, "ja")
	m, err := x.Apply(built)
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "NG Web会議: 入室 is down second line" || m.ID != built.ID {
		t.Errorf("subject %q, want one line", m.Subject)
	}
	if want := detected.In(tokyo).Format("15:04") + " " + built.Text; m.Text != want {
		t.Errorf("text %q, want %q", m.Text, want)
	}
	if !strings.HasPrefix(m.HTML, "<p>Connection refused by &lt;b&gt;192.0.2.1&lt;/b&gt;.</p>") || !strings.HasSuffix(m.HTML, built.HTML) {
		t.Errorf("the HTML is not escaped, or the built-in part is:\n%s", m.HTML)
	}
	if none, err := NewTexts(alert.Template{}, nil); none != nil || err != nil {
		t.Errorf("NewTexts of nothing = %v, %v", none, err)
	}
}

func TestTextsThatFail(t *testing.T) {
	for name, test := range map[string]struct {
		template alert.Template
		part     string
	}{
		"does not parse":       {alert.Template{Subject: "{{.Subject"}, "subject"},
		"no such field":        {alert.Template{Text: "{{.Sbject}}"}, "text"},
		"no such function":     {alert.Template{HTML: "{{shout .Subject}}"}, "html"},
		"says nothing":         {alert.Template{Subject: " {{if false}}x{{end}} "}, "subject"},
		"without end":          {alert.Template{Text: "{{range 1000000}}{{$.Text}}{{end}}"}, "text"},
		"fails on a report":    {alert.Template{Text: "{{(index .Notice.Conditions 1).Title}}"}, "text"},
		"HTML that is not one": {alert.Template{HTML: `<a href="{{.Link}}>x</a>`}, "html"},
	} {
		_, err := NewTexts(test.template, nil)
		var failed *TemplateError
		if !errors.As(err, &failed) || failed.Part != test.part {
			t.Errorf("%s: NewTexts() = %v, want a mistake in %s", name, err, test.part)
		}
	}
}

// TestTemplateFailsInTheNight: the notice goes out with the built-in text, which says so.
func TestTemplateFailsInTheNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, err := NewTexts(alert.Template{Subject: "own", Text: `{{if gt (len .ID) 500}}{{index .ID 9999}}{{else}}own{{end}}`}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []Message
		mail := &keeps{got: &got}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail})
		b.SetChannels(map[alert.Channel]Channel{"mail": {Sender: mail, Language: "en", Texts: x}})
		add(t, b, notice("a", "mail"), notice(strings.Repeat("b", 501), "mail"))
		synctest.Wait()
		b.stop()
		if len(got) != 2 {
			t.Fatalf("%d messages, want 2", len(got))
		}
		for _, m := range got {
			failed := strings.Contains(m.Text, "The template of this channel failed")
			if long := len(m.ID) > 500; failed != long || long == (m.Subject == "own") {
				t.Errorf("%.10s…: subject %.20q, text %.80q", m.ID, m.Subject, m.Text)
			}
		}
	})
}

// keeps is a channel that takes everything.
type keeps struct {
	mu  sync.Mutex
	got *[]Message
}

func (k *keeps) Send(_ context.Context, m Message) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	*k.got = append(*k.got, m)
	return "ok", nil
}
