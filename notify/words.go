package notify

// words are what messages say, by language. Titles and sentences of conditions come
// from elsewhere and stay as they are. A test holds the languages to the same keys.
var words = map[string]map[string]string{
	"en": {
		"language": "en",
		"opened":   "DOWN", "changed": "WORSE", "reminder": "STILL", "escalated": "NOBODY ANSWERED",
		"recovered": "OVER", "flapping": "COMES AND GOES", "stable": "STABLE", "test": "TEST",
		"and more": " and %d more", "more listed": "%d more are listed on the pages.",
		"detected": "Detected", "due": "To be told by", "why": "Why now", "site": "Seen from",
		"seen": "Seen", "since": "Since", "failed": "Failed probes", "service": "Service", "check": "Check",
		"claim": "Claim", "page": "Page", "acknowledge": "Acknowledge",
		"report": "REPORT", "period": "Period", "attached": "Attached", "template": "(The template of this channel failed, so this is the built-in text: %s)",
	},
	"ja": {
		"language": "ja",
		"opened":   "障害", "changed": "悪化", "reminder": "継続中", "escalated": "未対応",
		"recovered": "復旧", "flapping": "断続", "stable": "安定", "test": "試験",
		"and more": " ほか%d件", "more listed": "ほか%d件は画面に表示しています。",
		"detected": "検知", "due": "通知期限", "why": "通知の理由", "site": "監視地点",
		"seen": "状況", "since": "発生", "failed": "失敗した監視の回数", "service": "サービス", "check": "監視項目",
		"claim": "公表値", "page": "画面", "acknowledge": "対応を開始",
		"report": "報告書", "period": "対象期間", "attached": "添付", "template": "（この通知先のテンプレートに誤りがあるため、標準の文面で送信しました: %s）",
	},
}
