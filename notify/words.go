package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
)

// words are what messages say, by language. Titles and sentences of conditions come
// from elsewhere and stay as they are. A test holds the languages to the same keys.
var words = map[string]map[string]string{
	"en": {
		"language": "en",
		"opened":   "DOWN", "warned": "WARNING", "changed": "WORSE", "reminder": "STILL", "escalated": "NOBODY ANSWERED",
		"critical": "CRITICAL", "recovered": "OVER", "flapping": "COMES AND GOES", "stable": "STABLE", "test": "TEST",
		"and more": " and %d more", "more listed": "%d more are listed on the pages.",
		"detected": "Detected", "arose": "This notice arose at", "due": "Notice due by", "why": "Why this notice", "site": "Seen from",
		"seen": "Seen", "was": "What it was", "since": "Since", "over": "Over at", "lasted": "Lasted about", "failed": "Failed probes", "service": "Service", "check": "Check",
		"claim": "Claim", "page": "Page", "acknowledge": "Acknowledge", "take": "I take care of it",
		"report": "REPORT", "period": "Period", "attached": "Attached", "template": "(The template of this channel failed, so this is the built-in text: %s)",
	},
	"ja": {
		"language": "ja",
		"opened":   "障害", "warned": "警告", "changed": "悪化", "reminder": "継続中", "escalated": "未対応",
		"critical": "重大", "recovered": "復旧", "flapping": "断続", "stable": "安定", "test": "試験",
		"and more": " ほか%d件", "more listed": "ほか%d件は画面に表示しています。",
		"detected": "検知", "arose": "この通知の発生", "due": "通知期限", "why": "通知の理由", "site": "監視地点",
		"seen": "状況", "was": "障害の内容", "since": "発生", "over": "復旧", "lasted": "継続（およそ）", "failed": "失敗した監視の回数", "service": "サービス", "check": "監視項目",
		"claim": "公表値", "page": "画面", "acknowledge": "対応を開始", "take": "対応します",
		"report": "報告書", "period": "対象期間", "attached": "添付", "template": "（この通知先のテンプレートに誤りがあるため、標準の文面で送信しました: %s）",
	},
}

// whys are the reasons of package alert in Japanese, by how they begin; what follows is
// a length of time.
var whys = []struct{ begins, ends, said string }{
	{"confirmed", "", "確認済み"},
	{"no longer there", "", "解消"},
	{"it is over", "", "終了"},
	{"more severe than told before", "", "前回の通知より深刻"},
	{"not acknowledged within ", "", "%s 以内に対応開始の連絡なし"},
	{"still there ", " after the last notice", "前回の通知から %s を過ぎても継続"},
	{"failed more than four times within an hour", "", "1 時間に 5 回以上の失敗"},
	{"quiet for ", "", "%s の間、異常なし"},
	{"the period has ended", "", "対象期間の終了"},
	{"somebody tries this channel", "", "通知先の試験"},
}

// span writes a length of time that stands in a reason.
func span(language, text string) string {
	d, err := time.ParseDuration(text)
	if err != nil {
		return text
	}
	return alert.LengthIn(language, d)
}

// Why says in a language why a notice is due, for whoever shows notices elsewhere.
func Why(language, text string) string { return why(language, text) }

// why says in a language why a notice is due.
func why(language, text string) string {
	if language != "ja" {
		return text
	}
	for _, w := range whys {
		rest, ok := strings.CutPrefix(text, w.begins)
		if !ok || !strings.HasSuffix(rest, w.ends) {
			continue
		}
		if strings.Contains(w.said, "%s") {
			return fmt.Sprintf(w.said, span(language, strings.TrimSuffix(rest, w.ends)))
		}
		return w.said
	}
	return text
}
