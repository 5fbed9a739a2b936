package notify

import (
	"bytes"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// compose writes the mail. The recipients of the envelope may be fewer than those
// who are shown.
func (t *transaction) compose(recipients []string) (*gomail.Msg, error) {
	m, encoding := t.message, gomail.EncodingQP
	if m.Language == "ja" {
		encoding = gomail.EncodingB64 // quoted-printable would take nine bytes a letter
	}
	letter := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(encoding), gomail.WithNoDefaultUserAgent())
	if err := letter.From(t.From); err != nil {
		return nil, err
	}
	// The header To names everybody; Bcc, which is never written, carries those that
	// this mail is for.
	if err := letter.Bcc(recipients...); err != nil {
		return nil, err
	}
	letter.SetGenHeader(gomail.Header("To"), shown(t.To))
	letter.Subject(m.Subject)
	letter.SetDateWithValue(time.Now())
	domain := domainOf(t.From)
	letter.SetMessageIDWithValue(Short(m.ID) + "@" + domain)
	if m.Thread != "" && m.Thread != m.ID {
		first := "<" + Short(m.Thread) + "@" + domain + ">"
		letter.SetGenHeader(gomail.Header("In-Reply-To"), first)
		letter.SetGenHeader(gomail.HeaderReferences, first)
	}
	letter.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated") // RFC 3834: no answer wanted
	letter.SetGenHeader(gomail.Header("X-Slamon-Notice"), Short(m.ID))
	letter.SetGenHeader(gomail.Header("X-Slamon-Severity"), m.Notice.Severity.String())
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attached {
		if err := letter.AttachReader(a.Name, bytes.NewReader(a.Data), gomail.WithFileContentType(gomail.ContentType(a.MediaType))); err != nil {
			return nil, err
		}
	}
	return letter, nil
}

// shown writes addresses for the header To.
func shown(list []string) string {
	out := make([]string, 0, len(list))
	for _, to := range list {
		if a, err := mail.ParseAddress(to); err == nil {
			to = a.String()
		}
		out = append(out, to)
	}
	return strings.Join(out, ", ")
}

// domainOf returns the domain of an address, for identifiers.
func domainOf(address string) string {
	if a, err := mail.ParseAddress(address); err == nil {
		if i := strings.LastIndexByte(a.Address, '@'); i >= 0 {
			return a.Address[i+1:]
		}
	}
	return "localhost"
}
