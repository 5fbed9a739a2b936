package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"text/template"
	"time"

	"github.com/slamon/slamon/alert"
)

// Texts are the templates of a channel, ready for use. Nil keeps every built-in text.
type Texts struct {
	subject, text *template.Template
	html          *htmltemplate.Template
}

// TemplateError names the part of a channel's templates that fails.
type TemplateError struct {
	Part string // "subject", "text" or "html"
	Err  error
}

// Error returns the engine's own sentence, which names line and column in the part.
func (e *TemplateError) Error() string { return e.Part + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *TemplateError) Unwrap() error { return e.Err }

// functionsIn are what templates can use beside the usual ones.
func functionsIn(zone *time.Location) template.FuncMap {
	if zone == nil {
		zone = time.UTC
	}
	return template.FuncMap{
		// json writes a value as JSON, a text with its quotation marks.
		"json": func(v any) (string, error) {
			text, err := json.Marshal(v)
			return string(text), err
		},
		// date writes a moment in the site's zone, in the form of Go's reference time.
		"date": func(layout string, t time.Time) string { return t.In(zone).Format(layout) },
	}
}

// NewTexts reads templates and tries each on samples of what it will have to write:
// a failure, a recovery, a report and a test. What fails is found when the file is
// read and not in the night. Its error is a TemplateError.
func NewTexts(t alert.Template, zone *time.Location) (*Texts, error) {
	if t == (alert.Template{}) {
		return nil, nil
	}
	x, functions := &Texts{}, functionsIn(zone)
	var err error
	if t.Subject != "" {
		if x.subject, err = template.New("subject").Funcs(functions).Option("missingkey=error").Parse(t.Subject); err != nil {
			return nil, &TemplateError{"subject", err}
		}
	}
	if t.Text != "" {
		if x.text, err = template.New("text").Funcs(functions).Option("missingkey=error").Parse(t.Text); err != nil {
			return nil, &TemplateError{"text", err}
		}
	}
	if t.HTML != "" {
		if x.html, err = htmltemplate.New("html").Funcs(htmltemplate.FuncMap(functions)).Option("missingkey=error").Parse(t.HTML); err != nil {
			return nil, &TemplateError{"html", err}
		}
	}
	for _, m := range Samples() {
		if _, err := x.Apply(m); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// htmlMessage is what the template of the HTML part sees: the built-in part may stand
// in it as it is.
type htmlMessage struct {
	Message
	HTML htmltemplate.HTML
}

// Apply puts the channel's own texts into a message. After an error, a TemplateError,
// the message is the built-in one.
func (x *Texts) Apply(m Message) (Message, error) {
	if x == nil {
		return m, nil
	}
	out, built := m, m
	for _, part := range []struct {
		name string
		run  func(io.Writer) error
		set  *string
	}{
		{"subject", run(x.subject, built), &out.Subject},
		{"text", run(x.text, built), &out.Text},
		{"html", runHTML(x.html, built), &out.HTML},
	} {
		if part.run == nil {
			continue
		}
		text, err := written(part.run)
		if err != nil {
			return m, &TemplateError{part.name, err}
		}
		*part.set = text
	}
	out.Subject = clip(out.Subject)
	return out, nil
}

func run(t *template.Template, m Message) func(io.Writer) error {
	if t == nil {
		return nil
	}
	return func(w io.Writer) error { return t.Execute(w, m) }
}

func runHTML(t *htmltemplate.Template, m Message) func(io.Writer) error {
	if t == nil {
		return nil
	}
	return func(w io.Writer) error { return t.Execute(w, htmlMessage{m, htmltemplate.HTML(m.HTML)}) }
}

var errNothing = errors.New("it writes nothing")

// written runs a template with a bound on what it writes.
func written(run func(io.Writer) error) (string, error) {
	out := limited{left: maxBody}
	if err := run(&out); err != nil {
		return "", err
	}
	if strings.TrimSpace(out.String()) == "" {
		return "", errNothing
	}
	return out.String(), nil
}

// failed says in a message that the channel's own template could not be used.
func (m Message) failed(err error) Message {
	w := words[m.Language]
	if w == nil {
		w = words["en"]
	}
	m.Text += "\n" + fmt.Sprintf(w["template"], clip(err.Error())) + "\n"
	return m
}
