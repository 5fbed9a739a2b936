package alert

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// Words are the title and the sentence of a condition in Japanese. What a target
// answered stays as it is, so the sentence may be missing.
type Words struct {
	Title    string `json:"title"`
	Sentence string `json:"sentence,omitempty"`
}

// TitleIn returns the title in a language, "en" or "ja".
func (c *Condition) TitleIn(language string) string {
	if language == "ja" && c.JA.Title != "" {
		return c.JA.Title
	}
	return c.Title
}

// SentenceIn does the same for the sentence.
func (c *Condition) SentenceIn(language string) string {
	if language == "ja" && c.JA.Sentence != "" {
		return c.JA.Sentence
	}
	return c.Sentence
}

// ja makes words; the arguments are those of the title.
func ja(sentence, title string, args ...any) Words {
	return Words{Title: fmt.Sprintf(title, args...), Sentence: sentence}
}

// lengthJA writes a length of time.
func lengthJA(d time.Duration) string {
	if d == 0 {
		return "0秒"
	}
	return strings.NewReplacer("h", "時間", "m", "分", "s", "秒").Replace(shortly(d.Round(time.Second)))
}

// paceJA says what Pace says.
func paceJA(v *sla.Verdict, now time.Time, zone *time.Location) string {
	left := v.Remaining()
	text := fmt.Sprintf("停止 %s、%s までの許容 %s", lengthJA(v.Downtime.Point), v.Period.To.In(zone).Format("2006-01-02"), lengthJA(v.Allowance))
	if left <= 0 {
		return text + fmt.Sprintf("、超過 %s。", lengthJA(-left))
	}
	text += "、残り " + lengthJA(left)
	if ends, known := usedUp(v, now); known && ends.Before(v.Period.To) {
		return text + "。この割合では " + ends.In(zone).Format("2006-01-02") + " に使い切ります。"
	}
	return text + "。"
}

// usedUp returns when the allowance ends if downtime goes on as it did since the window
// began; false when nothing can be said of that.
func usedUp(v *sla.Verdict, now time.Time) (time.Time, bool) {
	passed := now.Sub(v.Period.From)
	if v.Downtime.Point <= 0 || passed <= 0 {
		return time.Time{}, false
	}
	// In float64: the product of two periods does not fit into nanoseconds.
	lasts := time.Duration(float64(v.Remaining()) / float64(v.Downtime.Point) * float64(passed))
	return now.Add(lasts), true
}
