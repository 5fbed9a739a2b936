package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
)

// alertLife is how long an alert lives in Alertmanager without being said again.
// It is said every minute, so that three can be lost.
const alertLife = 4 * time.Minute

// alertmanager posts to the API v2 of Prometheus Alertmanager. Of several, each
// gets every alert, as Prometheus does it; one that takes it is enough.
type alertmanager struct {
	alert.Alertmanager
	language string // of the annotations; labels are for machines
}

func newAlertmanager(w alert.Alertmanager, language string) *alertmanager {
	return &alertmanager{w, language}
}

// postedAlert is postableAlert of Alertmanager's api/v2/openapi.yaml.
type postedAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// Send posts one alert for each condition of the notice; what is over has ended.
func (s *alertmanager) Send(ctx context.Context, m Message) (string, error) {
	now := time.Now()
	ends := now.Add(alertLife)
	if m.Over() {
		ends = now
	}
	pages := ""
	if m.Link != "" {
		pages = strings.TrimSuffix(m.Link, m.Notice.Conditions[0].Path)
	}
	alerts := make([]postedAlert, 0, len(m.Notice.Conditions))
	for i := range m.Notice.Conditions {
		alerts = append(alerts, s.alert(&m.Notice.Conditions[i], ends, pages))
	}
	return s.post(ctx, alerts)
}

// Keep says again what is still there. What is said last stands, so all is said again.
func (s *alertmanager) Keep(ctx context.Context, now time.Time, conditions []alert.Condition, pages string) error {
	alerts := make([]postedAlert, 0, len(conditions))
	for i := range conditions {
		alerts = append(alerts, s.alert(&conditions[i], now.Add(alertLife), pages))
	}
	_, err := s.post(ctx, alerts)
	return err
}

// alert writes a condition as an alert. Its identity in Alertmanager is the set of
// labels, so nothing stands there that changes while the trouble lasts.
func (s *alertmanager) alert(c *alert.Condition, ends time.Time, pages string) postedAlert {
	a := postedAlert{
		Labels:      map[string]string{"alertname": alertName(c.Type), "severity": c.Severity.String()},
		Annotations: map[string]string{"summary": c.TitleIn(s.language)},
		StartsAt:    c.Since,
		EndsAt:      ends,
	}
	if pages != "" {
		a.GeneratorURL = pages + c.Path
	}
	if a.StartsAt.IsZero() || a.StartsAt.After(ends) {
		a.StartsAt = ends.Add(-alertLife)
	}
	for name, value := range map[string]string{
		"service": string(c.Service), "check": string(c.Check), "class": string(c.Class), "claim": string(c.Claim), "subject": c.Subject,
	} {
		if value != "" {
			a.Labels[name] = value
		}
	}
	for name, value := range s.Labels {
		a.Labels[name] = value
	}
	if said := c.SentenceIn(s.language); said != "" {
		a.Annotations["description"] = said
	}
	return a
}

// alertName turns "own_network" into "SlamonOwnNetwork".
func alertName(t alert.Type) string {
	name := "Slamon"
	for part := range strings.SplitSeq(string(t), "_") {
		if part != "" {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return name
}

func (s *alertmanager) post(ctx context.Context, alerts []postedAlert) (string, error) {
	body, err := json.Marshal(alerts)
	if err != nil {
		return "", permanent("%w", err)
	}
	var taken []string
	var problems []error
	for i, u := range s.URLs {
		limited, cancel := share(ctx, len(s.URLs)-i)
		c := request{URL: u.JoinPath("/api/v2/alerts").String(), Body: body, Header: http.Header{}, Secrets: []secret.Value{s.Password}}
		if s.User != "" {
			c.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.User+":"+s.Password.Reveal())))
		}
		answer, err := c.do(limited)
		cancel()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		taken = append(taken, fmt.Sprintf("%s: %s", u.Host, answer))
	}
	if len(taken) > 0 {
		return strings.Join(taken, "; "), nil
	}
	f := &Failure{Permanent: true, Err: errors.Join(problems...)}
	for _, p := range problems {
		f.Permanent = f.Permanent && IsPermanent(p)
		f.After = max(f.After, failure(p).After)
	}
	return "", f
}
