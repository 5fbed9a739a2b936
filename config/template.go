package config

import (
	"github.com/slamon/slamon/alert"
)

type templateFile struct {
	table
	Subject field[string] `toml:"subject"`
	Text    field[string] `toml:"text"`
	HTML    field[string] `toml:"html"`
}

// part is one text of a channel that is a template.
type part struct {
	channel alert.Channel
	name    string // "subject", "text", "html", or "body" of a webhook
}

// template reads the texts of a channel. Whether they can be written is tried by
// whoever writes messages, who asks Part where they stand.
func (r *reader) template(id alert.Channel, f *templateFile, k *wayFiles) (t alert.Template) {
	if k.Webhook != nil {
		r.parts[part{id, "body"}] = k.Webhook.Template.at
	}
	if f == nil {
		return t
	}
	t = alert.Template{Subject: f.Subject.v, Text: f.Text.v, HTML: f.HTML.v}
	for name, text := range map[string]field[string]{"subject": f.Subject, "text": f.Text, "html": f.HTML} {
		r.parts[part{id, name}] = text.at
	}
	if f.HTML.set && k.Mail == nil {
		r.complain(f.HTML.at, "take it out, and say text", "channel %q: html is for mail only", id)
	}
	return t
}

// Part makes a complaint about one of the texts of a channel, where it stands in the
// file: "subject", "text", "html", or "body" of a webhook.
func (c *Config) Part(id alert.Channel, name, text, remedy string) Complaint {
	out := c.origins.parts[part{id, name}]
	out.File, out.Text, out.Remedy = c.File, text, remedy
	return out
}
