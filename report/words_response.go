package report

var responseWordsEnglish = map[string]string{
	"response.title": "Response time report", "response.claim": "%s of all operations within %s",
	"response.operations": "Operations", "response.within": "Within the limit", "response.failed": "Failed", "response.unknown": "Unknown slots",
	"response.coming": "Still to come", "response.range": "95 % interval", "response.interval": "Asked every", "response.deciding": "Would have been decided by one every",
	"response.excluded": "Left out", "response.checks": "Response times", "response.check": "Check", "response.all": "All checks",
	"response.precise": "The time that this share of the answered operations took at most. Times are kept to 0.4 % of themselves.",
	"response.method":  "Every probe of the base grid is an operation; re-probes after a failure do not count, since bad times would count many times over. A failed operation is late, a degraded answer counts by its time, and slots without a measurement are neither in time nor late. The limits are those of Clopper and Pearson (Biometrika 26, 1934).",
	"response.excused": "In time by correction", "response.share": "Share within the limit", "response.failures": "Failed operations and the time around them", "response.failures.none": "No operation failed.",
	"response.took":    "%s took at most",
	"response.nothing": "Nothing was measured.", "response.met": "Of %s operations %s took at most %s, %s to %s of all at 95 %% confidence; claimed are %s, and %s slots are unknown.",
	"response.breached":             "Of %s operations %s took at most %s, %s to %s of all at 95 %% confidence; claimed are %s, and %s slots are unknown.",
	"response.met_if_unknown_alike": "Met if unknown slots were like the rest: of %s operations %s took at most %s, %s to %s of all at 95 %% confidence; claimed are %s, and %s slots are unknown.",
	"response.cannot_tell":          "Of %s operations %s took at most %s, %s to %s of all at 95 %% confidence; claimed are %s, and %s slots are unknown.",
	"response.blind":                "Of %s operations %s took at most %s, %s to %s of what was asked at 95 %% confidence; claimed are %s, but %s slots are unknown and could change that.",
	"response.open":                 "The window has not ended: of %s operations %s took at most %s, %s to %s of all at 95 %% confidence; claimed are %s, and %s slots are unknown.",
}

var responseWordsJapanese = map[string]string{
	"response.title": "応答時間報告書", "response.claim": "全操作の %s が %s以内",
	"response.operations": "操作", "response.within": "制限時間内", "response.failed": "失敗", "response.unknown": "不明",
	"response.coming": "残り", "response.range": "95 % 区間", "response.interval": "測定間隔", "response.deciding": "判定できた間隔",
	"response.excluded": "除外", "response.checks": "応答時間", "response.check": "チェック", "response.all": "すべてのチェック",
	"response.precise": "応答のあった操作のうち、この割合が要した最長の時間です。時間は 0.4 % の精度で保存しています。",
	"response.method":  "基本間隔の測定をそれぞれ 1 回の操作とします。失敗後の再測定は、悪い時間帯が何度も数えられるため数えません。失敗した操作は遅延とし、品質低下の応答は所要時間で数え、測定のない時間は時間内とも遅延とも数えません。限界はクロッパーとピアソン（Biometrika 26、1934 年）によります。",
	"response.excused": "訂正により時間内", "response.share": "制限時間内の割合", "response.failures": "失敗した操作とその前後", "response.failures.none": "失敗した操作はありません。",
	"response.took":    "%sの所要時間の上限",
	"response.nothing": "測定がありません。", "response.met": "%s回の操作のうち %sが %s以内、信頼度 95 %% で全体の %sから %sです。公表値は %s、不明は %s回です。",
	"response.breached":             "%s回の操作のうち %sが %s以内、信頼度 95 %% で全体の %sから %sです。公表値は %s、不明は %s回です。",
	"response.met_if_unknown_alike": "不明分が他と同様なら達成：%s回の操作のうち %sが %s以内、信頼度 95 %% で全体の %sから %sです。公表値は %s、不明は %s回です。",
	"response.cannot_tell":          "%s回の操作のうち %sが %s以内、信頼度 95 %% で全体の %sから %sです。公表値は %s、不明は %s回です。",
	"response.blind":                "%s回の操作のうち %sが %s以内、信頼度 95 %% で測定できた分の %sから %sです。公表値は %sですが、不明な %s回によって変わり得ます。",
	"response.open":                 "期間は終わっていません：%s回の操作のうち %sが %s以内、信頼度 95 %% で全体の %sから %sです。公表値は %s、不明は %s回です。",
}
