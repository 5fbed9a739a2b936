package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// transaction writes the table of a transaction and those of its steps.
func (d *dumper) transaction(parent string, p check.Transaction) {
	d.family(p.Family)
	d.flag("http2", p.HTTP2)
	d.raw("max_body", tomlText(FormatSize(p.MaxBody)))
	d.tls(p.TLS)
	if p.CleanupTime > 0 {
		d.time("cleanup_time", p.CleanupTime)
	}
	d.variables("variables", p.Variables)
	if o := p.OAuth; o != nil {
		d.section("[" + parent + ".oauth]")
		d.text("token_url", o.URL)
		d.text("client_id", o.ClientID)
		d.secret("client_secret", o.Secret)
		d.text("scope", o.Scope)
		d.flag("in_body", o.InBody)
	}
	for _, s := range p.Steps {
		d.request(parent+".step", s)
	}
	for _, s := range p.Cleanup {
		d.request(parent+".cleanup", s)
	}
}

func (d *dumper) inline(key string, pairs []string) {
	if len(pairs) > 0 {
		d.raw(key, "{ "+strings.Join(pairs, ", ")+" }")
	}
}

func (d *dumper) request(table string, s check.TransactionStep) {
	d.section("[[" + table + "]]")
	d.text("name", s.Name)
	d.text("url", string(s.URL))
	d.text("method", s.Method)
	var headers, form []string
	for _, h := range s.Headers {
		headers = append(headers, tomlText(h.Name)+" = "+tomlText(string(h.Value)))
	}
	for _, f := range s.Form {
		form = append(form, tomlText(f.Name)+" = "+tomlText(string(f.Value)))
	}
	d.inline("headers", headers)
	d.inline("form", form)
	d.text("json", string(s.JSON))
	d.text("body", string(s.Body))
	d.text("user", string(s.User))
	d.text("password", string(s.Pass))
	d.text("bearer", string(s.Bearer))
	d.status(s.Status)
	d.bodyMatches("body_match", s.BodyMatch, false)
	d.bodyMatches("body_not_match", s.BodyMatch, true)
	d.headerMatches("header_match", s.HeaderMatch, false)
	d.headerMatches("header_not_match", s.HeaderMatch, true)
	d.jsonMatches(s.JSONMatch)
	d.raw("max_redirects", strconv.Itoa(s.MaxRedirects))
	if s.Timeout > 0 {
		d.time("timeout", s.Timeout)
	}
	if s.DegradedAfter > 0 {
		d.time("degraded_after", s.DegradedAfter)
	}
	d.flag("optional", s.Optional)
	var captures []string
	for _, c := range s.Capture {
		inner := &dumper{}
		inner.text("name", c.Name)
		inner.text("json", c.JSON)
		inner.text("header", c.Header)
		inner.text("cookie", c.Cookie)
		inner.pattern("body", c.Body)
		inner.flag("secret", c.Secret)
		captures = append(captures, "{ "+strings.ReplaceAll(strings.TrimSpace(inner.b.String()), "\n", ", ")+" }")
	}
	if len(captures) > 0 {
		d.raw("capture", "["+strings.Join(captures, ", ")+"]")
	}
}

func (d *dumper) jsonMatches(matches []check.JSONMatch) {
	lists := map[string][]string{}
	for _, m := range matches {
		key, value := "json_equal", tomlText(string(m.Equal))
		switch {
		case m.Pattern != nil && m.Absent:
			key, value = "json_not_match", tomlText(m.Pattern.String())
		case m.Pattern != nil:
			key, value = "json_match", tomlText(m.Pattern.String())
		case m.Min != nil:
			key, value = "json_min", fmt.Sprintf("%v", *m.Min)
		case m.Max != nil:
			key, value = "json_max", fmt.Sprintf("%v", *m.Max)
		}
		lists[key] = append(lists[key], tomlText(m.Path)+" = "+value)
	}
	for _, key := range []string{"json_equal", "json_match", "json_not_match", "json_min", "json_max"} {
		d.inline(key, lists[key])
	}
}
