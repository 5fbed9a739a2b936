package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/slamon/slamon/alert"
)

// chat posts to a service whose form of message is known.
type chat struct {
	alert.Chat
	form func(alert.Chat, Message) (request, error)
}

// forms of the services, by the name of their table in the file.
var forms = map[string]func(alert.Chat, Message) (request, error){
	"slack":      slack,
	"teams":      teams,
	"pagerduty":  pagerduty,
	"opsgenie":   opsgenie,
	"telegram":   telegram,
	"chatwork":   chatwork,
	"line":       line,
	"line_works": lineWorks,
}

func newChat(w alert.Chat) (*chat, error) {
	form, ok := forms[w.Service]
	if !ok {
		return nil, fmt.Errorf("%s: no such service is known", w.Service)
	}
	return &chat{w, form}, nil
}

// Send posts the message in the service's form.
func (s *chat) Send(ctx context.Context, m Message) (string, error) {
	c, err := s.form(s.Chat, m)
	if err != nil {
		return "", permanent("%w", err)
	}
	c.Secrets = append(c.Secrets, s.Token)
	return c.do(ctx)
}

// asJSON makes a request with a JSON body.
func asJSON(address string, body any) (request, error) {
	text, err := json.Marshal(body)
	return request{URL: address, Body: text, Header: http.Header{}}, err
}

// base returns the address of a service, or the one that the file puts in its place.
func base(w alert.Chat, usual string) string {
	if !w.URL.Empty() {
		return strings.TrimRight(w.URL.Reveal(), "/")
	}
	return usual
}

type object map[string]any

// The longest texts that the services take.
const (
	maxSlack    = 35_000
	maxTeams    = 20_000 // of 28 KB for the whole card
	maxTelegram = 4000   // of 4096 UTF-16 units
	maxChatwork = 20_000
	maxLine     = 4500 // of 5000 UTF-16 units
)

// slack posts to an incoming webhook. Its three control characters are escaped, so
// that a hostile answer of a target cannot mention anybody.
func slack(w alert.Chat, m Message) (request, error) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	text := "*" + escape.Replace(m.Subject) + "*\n" + escape.Replace(m.Text)
	body := object{"text": cut(text, maxSlack)}
	if w.Target != "" {
		body["channel"] = w.Target
	}
	return asJSON(w.URL.Reveal(), body)
}

// teams posts an Adaptive Card to a Workflows address; the Office 365 connectors
// before it are retired.
func teams(w alert.Chat, m Message) (request, error) {
	colour := map[alert.Severity]string{alert.Critical: "attention", alert.Warning: "warning"}[m.Notice.Severity]
	if m.Over() {
		colour = "good"
	}
	if colour == "" {
		colour = "default"
	}
	card := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"msteams": object{"width": "Full"},
		"body": []object{
			{"type": "TextBlock", "text": m.Subject, "weight": "bolder", "size": "medium", "wrap": true, "color": colour},
			{"type": "TextBlock", "text": cut(strings.ReplaceAll(m.Text, "\n", "\n\n"), maxTeams), "wrap": true},
		},
	}
	if m.Link != "" {
		card["actions"] = []object{{"type": "Action.OpenUrl", "title": "slamon", "url": m.Link}}
	}
	return asJSON(w.URL.Reveal(), object{"type": "message", "attachments": []object{
		{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card},
	}})
}

// telegram sends by the Bot API.
func telegram(w alert.Chat, m Message) (request, error) {
	address := base(w, "https://api.telegram.org") + "/bot" + url.PathEscape(w.Token.Reveal()) + "/sendMessage"
	return asJSON(address, object{
		"chat_id": w.Target, "text": cut(m.Subject+"\n\n"+m.Text, maxTelegram),
		"link_preview_options": object{"is_disabled": true},
	})
}

// chatwork posts to a room (API v2).
func chatwork(w alert.Chat, m Message) (request, error) {
	tags := strings.NewReplacer("[", "［", "]", "］") // its markup, which a target's answer must not use
	text := "[info][title]" + tags.Replace(m.Subject) + "[/title]" + tags.Replace(cut(m.Text, maxChatwork)) + "[/info]"
	form := url.Values{"body": {text}, "self_unread": {"1"}}
	c := request{
		URL:    base(w, "https://api.chatwork.com") + "/v2/rooms/" + url.PathEscape(w.Target) + "/messages",
		Body:   []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Chatworktoken": {w.Token.Reveal()}},
	}
	return c, nil
}

// line pushes by the LINE Messaging API. The retry key makes a repeated call safe:
// a second one is answered with 409, because the first was taken.
func line(w alert.Chat, m Message) (request, error) {
	c, err := asJSON(base(w, "https://api.line.me")+"/v2/bot/message/push", object{
		"to": w.Target, "messages": []object{{"type": "text", "text": cut(m.Subject+"\n\n"+m.Text, maxLine)}},
	})
	c.Header.Set("Authorization", "Bearer "+w.Token.Reveal())
	c.Header.Set("X-Line-Retry-Key", retryKey(m.ID))
	c.Taken = []int{http.StatusConflict}
	return c, err
}

// retryKey makes a UUID of an identifier (RFC 9562, version 8: own contents).
func retryKey(id string) string {
	sum := sha256.Sum256([]byte(id))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// lineWorks posts to the incoming webhook of a LINE WORKS talk room (title, body.text
// and one button), or with a token to a bot's address for messages (API 2.0:
// https://www.worksapis.com/v1.0/bots/BOT/channels/CHANNEL/messages, content of type
// text, answered with 201).
func lineWorks(w alert.Chat, m Message) (request, error) {
	text := cut(m.Text, maxLine)
	if !w.Token.Empty() {
		c, err := asJSON(w.URL.Reveal(), object{"content": object{"type": "text", "text": m.Subject + "\n\n" + text}})
		c.Header.Set("Authorization", "Bearer "+w.Token.Reveal())
		return c, err
	}
	body := object{"title": m.Subject, "body": object{"text": text}}
	if m.Link != "" {
		body["button"] = object{"label": "slamon", "url": m.Link}
	}
	return asJSON(w.URL.Reveal(), body)
}
