package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// mailboxLook is the pause between two looks into the mailbox.
	mailboxLook = 500 * time.Millisecond

	// mailboxSubject begins the subject of our mails; a token follows.
	mailboxSubject = "slamon round trip"

	// maxLeftovers is how many lost mails of earlier days are removed at once.
	maxLeftovers = 100
)

// mailbox is a round trip made ready.
type mailbox struct {
	check.Mailbox
}

// newMailbox makes a round trip ready: one mail is sent by SMTP, found by IMAP and
// removed.
func newMailbox(p check.Mailbox) (*mailbox, error) {
	if p.Folder == "" {
		p.Folder = "INBOX"
	}
	for _, s := range []string{p.From, p.To, p.Folder} {
		if s == "" || strings.ContainsAny(s, "\r\n<>\x00") {
			return nil, fmt.Errorf("mailbox: %q cannot be an address or a folder", s)
		}
	}
	p.SMTP.Protocol, p.IMAP.Protocol = "smtp", "imap"
	for _, m := range []check.Mail{p.SMTP, p.IMAP} {
		if _, err := newMail(m); err != nil {
			return nil, err
		}
	}
	return &mailbox{p}, nil
}

func (p *mailbox) run(ctx context.Context) check.Outcome {
	token := newToken()
	send, err := newMail(p.SMTP)
	if err != nil {
		return usable(nil, err)(ctx)
	}
	send.dialog = func(k *mailTalk) error { return p.send(k, token) }
	find, err := newMail(p.IMAP)
	if err != nil {
		return usable(nil, err)(ctx)
	}
	find.dialog = func(k *mailTalk) error { return p.find(k, token) }
	var r report
	for _, part := range []struct {
		name  string
		probe *mailProbe
	}{{"send", send}, {"find", find}} {
		o := part.probe.run(ctx)
		if o.Detail != nil && o.State != check.Up {
			o.Detail.Sentence = line(part.name + ": " + o.Detail.Sentence)
		}
		r.add(&txStep{TransactionStep: check.TransactionStep{Name: part.name}}, o)
		if !o.State.Good() {
			break
		}
	}
	o := r.outcome(&txRun{transaction: &transaction{steps: make([]*txStep, 2)}, explain: ctx.Value(explaining{}) != nil})
	if o.Detail != nil && o.State == check.Up {
		o.Detail.Sentence = "the mail was sent, found and removed"
	}
	return o
}

// send hands the mail over (RFC 5321 section 3.3).
func (p *mailbox) send(k *mailTalk, token string) error {
	if err := smtpDialog(k); err != nil {
		return err
	}
	for _, s := range []struct {
		step, words string
		code        int
	}{
		{"MAIL FROM", "MAIL FROM:<" + p.From + ">", 250},
		{"RCPT TO", "RCPT TO:<" + p.To + ">", 250},
		{"DATA", "DATA", 354},
		{"the mail", p.letter(token, time.Now()) + "\r\n.", 250},
	} {
		if err := k.say(s.step, s.words); err != nil {
			return err
		}
		if _, err := k.expect(s.code); err != nil {
			return err
		}
	}
	return nil
}

// letter is the mail (RFC 5322). It says that it is automatic, so that no answer is
// made (RFC 3834).
func (p *mailbox) letter(token string, now time.Time) string {
	_, domain, _ := strings.Cut(p.From, "@")
	return strings.Join([]string{
		"From: <" + p.From + ">",
		"To: <" + p.To + ">",
		"Subject: " + mailboxSubject + " " + token,
		"Date: " + now.Format(time.RFC1123Z),
		"Message-ID: <" + token + "@" + domain + ">",
		"Auto-Submitted: auto-generated",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"",
		"This mail measures whether mail arrives. It is removed as soon as it is found.",
	}, "\r\n")
}

// find waits for the mail and removes it.
func (p *mailbox) find(k *mailTalk, token string) error {
	if err := imapDialog(k); err != nil {
		return err
	}
	talk := &imapTalk{mailTalk: k, count: 100} // tags of its own
	offers, err := talk.capability()
	if err != nil {
		return err
	}
	if _, err := talk.ok("SELECT " + imapQuoted(p.Folder)); err != nil {
		return err
	}
	for looks := 0; ; looks++ {
		found, err := talk.look(token, looks > 0)
		if looks > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
			return p.lost(k.ctx, k) // the time ran out during one of many looks, not for the first
		}
		if err != nil {
			return err
		}
		if len(found) > 0 {
			old, err := talk.search(`SUBJECT "` + mailboxSubject + `" BEFORE ` + time.Now().Add(-24*time.Hour).UTC().Format("2-Jan-2006"))
			if err != nil {
				return err
			}
			return talk.remove(append(found, old...), strings.Contains(" "+strings.Join(offers, " ")+" ", " UIDPLUS "))
		}
		if err := await(k.ctx, mailboxLook); err != nil {
			return p.lost(k.ctx, k)
		}
	}
}

// look searches for our mail; before it looks again the server has to say what is new.
func (k *imapTalk) look(token string, again bool) ([]string, error) {
	if again {
		if _, err := k.ok("NOOP"); err != nil {
			return nil, err
		}
	}
	return k.search(`SUBJECT "` + token + `"`)
}

// await waits, but not beyond the probe's time.
func await(ctx context.Context, d time.Duration) error {
	if time.Until(deadline(ctx)) < d+100*time.Millisecond {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lost is the fault of a mail that has not arrived.
func (p *mailbox) lost(ctx context.Context, k *mailTalk) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return &fault{check.Down, check.ReasonTimeout,
		fmt.Sprintf("the mail was accepted, and did not arrive in %s within %s", p.Folder, time.Since(k.t.started).Round(time.Millisecond)),
		"the mail in the mailbox", "no such mail"}
}

// search returns the UIDs of the mails that match (RFC 9051 section 6.4.4), 100 at
// most. The older form of the answer is asked for: every server knows it.
func (k *imapTalk) search(what string) ([]string, error) {
	k.count++
	tag := fmt.Sprintf("a%d", k.count)
	if err := k.say("UID SEARCH", tag+" UID SEARCH "+what); err != nil {
		return nil, err
	}
	var found []string
	a, err := readIMAP(func() (string, error) {
		got, err := k.line()
		if rest, ok := strings.CutPrefix(got, "* SEARCH"); ok && err == nil {
			found = append(found, strings.Fields(rest)...)
		}
		return got, err
	}, tag)
	if err == nil && a.status != "OK" {
		err = k.wrong(a)
	}
	for _, uid := range found {
		if strings.Trim(uid, "0123456789") != "" {
			return nil, errNotIMAP
		}
	}
	return found[:min(len(found), maxLeftovers)], err
}

// remove deletes mails. Where the server can (RFC 4315) only ours are expunged.
func (k *imapTalk) remove(uids []string, only bool) error {
	set := strings.Join(uids, ",")
	if _, err := k.ok("UID STORE " + set + ` +FLAGS.SILENT (\Deleted)`); err != nil {
		return err
	}
	expunge := "EXPUNGE"
	if only {
		expunge = "UID EXPUNGE " + set
	}
	_, err := k.ok(expunge)
	return err
}
