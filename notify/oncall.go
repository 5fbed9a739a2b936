package notify

import (
	"net/url"
	"time"

	"github.com/slamon/slamon/alert"
)

// maxSummary is PagerDuty's limit for a summary; Opsgenie's for a message is below.
const (
	maxSummary  = 1024
	maxOpsgenie = 130
	maxDetails  = 15_000
)

// pagerduty sends to the Events API v2. The key of the thread makes one incident of
// everything that is said of one trouble, and its recovery closes it.
func pagerduty(w alert.Chat, m Message) (request, error) {
	body := object{"routing_key": w.Token.Reveal(), "dedup_key": "slamon-" + Short(m.Thread), "event_action": "trigger"}
	if m.Over() {
		body["event_action"] = "resolve"
	}
	first := firstOf(m)
	body["payload"] = object{
		"summary": cut(m.Subject, maxSummary), "source": "slamon", "severity": m.Notice.Severity.String(),
		"timestamp": m.Notice.Detected.Format(time.RFC3339), "component": string(first.Check), "group": string(first.Service),
		"class": string(first.Type), "custom_details": object{"text": cut(m.Text, maxDetails), "notice": m.ID},
	}
	if m.Link != "" {
		body["client"], body["client_url"] = "slamon", m.Link
	}
	return asJSON(base(w, "https://events.pagerduty.com")+"/v2/enqueue", body)
}

// opsgenie sends to the Alert API; the alias is the thread's.
func opsgenie(w alert.Chat, m Message) (request, error) {
	address, alias := base(w, "https://api.opsgenie.com")+"/v2/alerts", "slamon-"+Short(m.Thread)
	body := object{
		"message": cut(m.Subject, maxOpsgenie), "alias": alias, "description": cut(m.Text, maxDetails), "source": "slamon",
		"priority": map[alert.Severity]string{alert.Critical: "P1", alert.Warning: "P3", alert.Info: "P5"}[m.Notice.Severity],
		"entity":   string(firstOf(m).Check),
	}
	if m.Over() {
		address += "/" + url.PathEscape(alias) + "/close?identifierType=alias"
		body = object{"source": "slamon", "note": cut(m.Subject, maxSummary)}
	}
	c, err := asJSON(address, body)
	c.Header.Set("Authorization", "GenieKey "+w.Token.Reveal())
	return c, err
}

// firstOf returns the condition that stands first.
func firstOf(m Message) alert.Condition {
	if len(m.Notice.Conditions) == 0 {
		return alert.Condition{}
	}
	return m.Notice.Conditions[0]
}
