package alert

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
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
	if language != "ja" {
		return c.Sentence
	}
	word := reasonsJA[c.Reason]
	switch {
	case c.JA.Sentence != "":
		return c.JA.Sentence
	case word != "" && c.Sentence != "":
		return word + "（" + c.Sentence + "）"
	case word != "":
		return word
	}
	return c.Sentence
}

// endings are how the title of a trouble ends, and how that of its end does: whoever reads
// "is down" at night does not see the word before it.
var endings = []struct{ en, over, ja, overJA string }{
	{" is down", " is up again", " の停止", " は復旧しました"},
	{" passed its threshold", " is within its threshold again", "がしきい値を通過", "がしきい値内に回復"},
	{" responds more slowly than usual", " responds as usual again", " の応答が平常より遅い", " の応答が平常に回復"},
}

// OverTitleIn returns the title of the end of the trouble, in a language. Its own title
// stands where there are no words for the end.
func (c *Condition) OverTitleIn(language string) string {
	title := c.TitleIn(language)
	for _, e := range endings {
		if language == "ja" {
			if about, ok := strings.CutSuffix(title, e.ja); ok {
				return about + e.overJA
			}
		} else if about, ok := strings.CutSuffix(title, e.en); ok {
			return about + e.over
		}
	}
	return title
}

// reasonsJA say why a probe failed. What the target answered is evidence and has no
// words but its own, so this stands before it.
var reasonsJA = map[check.Reason]string{
	check.ReasonTimeout: "時間内に応答なし", check.ReasonRefused: "接続拒否", check.ReasonUnreachable: "到達不能",
	check.ReasonDNS: "名前解決の失敗", check.ReasonTLS: "TLS または証明書", check.ReasonStatus: "想定外のステータス",
	check.ReasonContent: "想定外の内容", check.ReasonThreshold: "しきい値超過", check.ReasonProtocol: "プロトコル不一致",
	check.ReasonAuth: "認証拒否", check.ReasonReset: "接続の切断", check.ReasonSlow: "応答が遅い", check.ReasonLate: "報告の遅延",
}

// LengthIn writes a length of time, to the second.
func LengthIn(language string, d time.Duration) string {
	if language == "ja" {
		return lengthJA(d)
	}
	return sla.PromiseTime(d.Round(time.Second))
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
	return strings.NewReplacer("h", "時間", "m", "分", "s", "秒").Replace(sla.PromiseTime(d.Round(time.Second)))
}

// paceJA says what Pace says.
func paceJA(v *sla.Verdict, now time.Time, zone *time.Location) string {
	left := v.Remaining()
	text := fmt.Sprintf("停止 %s、%s までの許容 %s", lengthJA(v.Downtime.Point), lastDay(v, zone), lengthJA(v.Allowance))
	if left <= 0 {
		return text + fmt.Sprintf("、超過 %s。", lengthJA(-left))
	}
	text += "、残り " + lengthJA(left)
	if ends, known := usedUp(v, now); known && ends.Before(v.Period.To) {
		return text + "。この割合では " + ends.In(zone).Format("2006-01-02") + " に使い切ります。"
	}
	return text + "。"
}

// lastDay is the last day of a window, which ends with it.
func lastDay(v *sla.Verdict, zone *time.Location) string {
	return v.Period.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
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
