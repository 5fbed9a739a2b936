package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// Language is one catalogue of the words of reports.
type Language struct {
	Code  string
	texts map[string]string
}

// The languages of reports.
var (
	English  = &Language{"en", with(with(wordsEnglish, deviceWordsEnglish), with(countWordsEnglish, with(responseWordsEnglish, placeWordsEnglish)))}
	Japanese = &Language{"ja", with(with(wordsJapanese, deviceWordsJapanese), with(countWordsJapanese, with(responseWordsJapanese, placeWordsJapanese)))}
)

// ParseLanguage accepts en and ja; empty is English.
func ParseLanguage(code string) (*Language, error) {
	switch code {
	case "", "en":
		return English, nil
	case "ja":
		return Japanese, nil
	}
	return nil, fmt.Errorf("language %q: want en or ja", code)
}

// t returns the words of a key with its arguments put in.
func (l *Language) t(key string, args ...any) string {
	text, ok := l.texts[key]
	if !ok {
		return "{" + key + "}" // seen at once by people, and by the test of the catalogues
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// duration writes a length of time, finer than a minute only below ten hours.
func (l *Language) duration(d time.Duration) string {
	if l.Code == "en" {
		return d2(d)
	}
	return strings.NewReplacer(" h", "時間", " min", "分", " s", "秒", " d", "日").Replace(d2(d))
}

// d2 writes days where hours would be hard to read.
func d2(d time.Duration) string {
	if d < 48*time.Hour {
		return sla.AtLeast(d)
	}
	days := d / (24 * time.Hour)
	rest := d % (24 * time.Hour)
	if rest < time.Second {
		return fmt.Sprintf("%d d", days)
	}
	return fmt.Sprintf("%d d %s", days, sla.AtLeast(rest))
}

// most is duration, rounded up.
func (l *Language) most(d time.Duration) string {
	if step := sla.AtMost(d); d < 48*time.Hour {
		if l.Code == "en" {
			return step
		}
		return strings.NewReplacer(" h", "時間", " min", "分", " s", "秒").Replace(step)
	}
	return l.duration((d + time.Second - 1).Truncate(time.Second))
}

// figure prints a claimed share with a space before its sign.
func figure(f sla.Figure) string { return strings.TrimSuffix(f.String(), "%") + " %" }

// share prints a share floored, with a digit more than the claim.
func (d *Document) share(x float64) string {
	return strings.TrimSuffix(sla.Percent(x, d.digits()), "%") + " %"
}

func (d *Document) digits() int { return max(d.input.Claim.Availability.Digits+1, 3) }

// explain is the verdict in plain words. The estimator's own are English.
func (d *Document) explain(l *Language) string {
	v := &d.verdict
	if l.Code == "en" {
		return v.Explanation
	}
	text := d.answerText(l)
	if v.Count == nil || v.Accounted <= v.Unknown {
		return text
	}
	if v.Count.Unproven != "" && v.Answer == sla.CannotTell {
		text += l.t("explain.unproven")
	}
	if v.Count.Unknown > 0 {
		text += l.t("explain.rule.unknown", l.most(v.Count.Unknown))
	}
	return text + l.t("explain.rule", l.most(v.Count.Stages[0].Point), l.most(v.Downtime.Point))
}

// answerText is the answer with the figures that it rests on.
func (d *Document) answerText(l *Language) string {
	v := &d.verdict
	low, high, left := l.duration(v.Downtime.Low95), l.most(v.Downtime.High95), l.duration(v.Allowance)
	switch {
	case v.Answer == sla.BreachedCertain:
		return l.t("explain.breached_certain", l.duration(v.Downtime.HardLow), left)
	case v.Answer == sla.Breached:
		return l.t("explain.breached", l.duration(v.Downtime.Least95), left) + d.beside(l)
	case v.Accounted <= v.Unknown:
		return l.t("explain.nothing")
	case v.Answer == sla.Met:
		return l.t("explain.met", l.most(v.Downtime.Most95), left) + d.beside(l)
	case !v.Final:
		return l.t("explain.open", l.duration(v.Downtime.Point), left, low, high)
	case v.Answer == sla.MetIfUnknownAlike:
		return l.t("explain.met_if_unknown_alike", left, l.most(v.Unknown), sla.Percent(v.Coverage, 3))
	}
	s := l.t("explain.cannot_tell", low, high, left)
	if v.Deciding > 0 && v.Deciding < v.Interval {
		s += l.t("explain.deciding", l.duration(v.Deciding))
	} else if v.Unknown > 0 {
		s += l.t("explain.unknown", l.most(v.Unknown))
	}
	return s
}

// beside reconciles the answer with the interval, as the English text does.
func (d *Document) beside(l *Language) string {
	if !d.verdict.OneSided() {
		return ""
	}
	return l.t("explain.one_sided", l.duration(d.verdict.Downtime.Low95), l.most(d.verdict.Downtime.High95))
}

// difference says what maintenance makes of the figure.
func (d *Document) difference(l *Language) string {
	with, without := &d.verdict, &d.other // with: as the claim says
	// The rest of what is left out, such as nights, is left out both ways.
	left := (with.Excluded - without.Excluded).Abs()
	key := "difference.counted"
	switch {
	case left == 0:
		return l.t("difference.none")
	case d.Excluding:
		key = "difference.excluded"
	}
	return l.t(key, l.duration(left), d.share(with.Availability.Point), d.share(without.Availability.Point))
}

// outlook is the forecast in a sentence.
func (d *Document) outlook(l *Language) string {
	if !d.Outlook.Enough {
		return l.t("outlook.few", d.Outlook.Incidents, sla.MinOutlook)
	}
	return l.t("outlook.text", d.share(d.Outlook.Low), d.share(d.Outlook.High), d.Outlook.Incidents)
}

// name prefers the display name to the id.
func name(display, id string) string {
	if display == "" {
		return id
	}
	return display
}

// when prints a moment of the report's zone.
func (d *Document) when(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(d.zone()).Format("2006-01-02 15:04:05")
}

// days prints a period by its days where it is made of whole ones.
func (d *Document) days(from, to time.Time) string {
	from, to = from.In(d.zone()), to.In(d.zone())
	if midnight(from) && midnight(to) {
		return from.Format(time.DateOnly) + " – " + to.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return from.Format("2006-01-02 15:04") + " – " + to.Format("2006-01-02 15:04")
}

func midnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h+m+s+t.Nanosecond() == 0
}
