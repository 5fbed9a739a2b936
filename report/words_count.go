package report

// The words of how checks are combined, how a rule counts, and what credit is due.
var countWordsEnglish = map[string]string{
	"combine": "Made of", "combine.any": "%s: down while any of them is down", "combine.all": "%s: down only while all of them are down",
	"combine.some": "%s: down while at least %d of the %d are down", "combine.mean": "the mean of %s", "combine.share": "%s (%d of %d)",
	"rule": "How the contract counts", "rule.short": "Counting rule", "rule.step": "Step", "rule.least": "At least", "rule.about": "About", "rule.most": "At most",
	"rule.counts": "Counts", "rule.says": "The rule: %s.", "rule.more": "%d more are in the sums only.", "rule.counted": "Counted incidents",
	"stage.line": "as probed", "stage.buckets": "in buckets", "stage.min_run": "long enough, from its start",
	"stage.excluded": "without what is left out", "stage.rounded": "rounded", "stage.min_total": "in sum", "stage.none": "without the rule",
	"credit": "Credit", "credit.open": "the window has not ended", "credit.none": "none", "credit.share": "%s of the fee", "credit.due": "%s, which is %s of the fee", "credit.between": "between %s and %s of the fee",
	"credit.bounds": "; between %s and %s", "credit.capped": " (capped)", "credit.by": "; to be claimed by %s",
	"credit.days": "%d days of service", "credit.times": "%d times the fee of the downtime", "credit.pro_rata": "the fee of the downtime",
	// Rules put themselves into English words: these are for other languages only.
	"rule.graded.bucket": "", "rule.graded": "", "rule.bucket": "", "rule.every": "", "rule.recover": "", "rule.min_run": "", "rule.total": "", "rule.month": "", "rule.requests": "",
	"rule.start.after_min_run": "", "rule.start.detection": "", "rule.start.notice": "", "rule.start.ticket": "",
	"rule.round.down_minute": "", "rule.round.nearest_minute": "", "rule.round.up_minute": "",
	"rule.share.all": "", "rule.share.any": "", "rule.share.least": "", "rule.share.more": "",
	"less.too_short": "", "less.after_min": "", "less.untold": "", "less.from_told": "", "less.left_out": "", "less.left_out_in_part": "", "less.rounded": "",
	"explain.rule": "", "explain.unproven": "", "explain.rule.unknown": "",
}

var countWordsJapanese = map[string]string{
	"combine": "構成", "combine.any": "%s（いずれかが停止している間は停止）", "combine.all": "%s（すべてが停止している間のみ停止）",
	"combine.some": "%s（%[3]d 件中 %[2]d 件以上が停止している間は停止）", "combine.mean": "%s の加重平均", "combine.share": "%s（%d/%d）",
	"rule": "契約の数え方", "rule.short": "数え方", "rule.step": "段階", "rule.least": "少なくとも", "rule.about": "約", "rule.most": "最大",
	"rule.counts": "算入", "rule.says": "規則：%s", "rule.more": "ほか %d 件は合計にのみ含みます。", "rule.counted": "算入した障害",
	"stage.line": "測定どおり", "stage.buckets": "区切りごと", "stage.min_run": "一定の長さ以上、起算点から",
	"stage.excluded": "除外後", "stage.rounded": "端数処理後", "stage.min_total": "合計", "stage.none": "規則によらない値",
	"credit": "返金", "credit.open": "期間は終了していません", "credit.none": "なし", "credit.share": "料金の %s", "credit.due": "%s（料金の %s）", "credit.between": "料金の %s ～ %s",
	"credit.bounds": "、範囲は %s ～ %s", "credit.capped": "（上限適用）", "credit.by": "。請求期限は %s",
	"credit.days": "サービス %d 日分", "credit.times": "停止時間分の料金の %d 倍", "credit.pro_rata": "停止時間分の料金",
	"rule.graded.bucket": "%s単位で、失敗した割合に応じて数えます", "rule.graded": "失敗した測定先の割合に応じて数えます",
	"rule.bucket": "%s単位で、%s失敗した区切りを停止として数えます", "rule.every": "停止していた時間をそのまま数えます",
	"rule.recover": "正常な区切りが %d 回続くと復旧とみなします", "rule.min_run": "%s未満の停止は数えません",
	"rule.total": "合計が %s未満なら 0 とします", "rule.month": "1 か月を %d 時間とします", "rule.requests": "利用者の要求は外から見えないため、測定を要求とみなします",
	"rule.start.after_min_run": "その長さに達した時点から数えます", "rule.start.detection": "最初に失敗した測定から数えます",
	"rule.start.notice": "提供者の通知から数えます", "rule.start.ticket": "問い合わせの受付から数えます",
	"rule.round.down_minute": "1 件ごとに 1 分未満を切り捨てます", "rule.round.nearest_minute": "1 件ごとに分単位に四捨五入します", "rule.round.up_minute": "1 件ごとに 1 分未満を切り上げます",
	"rule.share.all": "全体が", "rule.share.any": "一部でも", "rule.share.least": "%s 以上が", "rule.share.more": "%s 超が",
	"less.too_short": "%s未満のため", "less.after_min": "%s経過後から", "less.untold": "検知、通知、受付のいずれもないため", "less.from_told": "検知、通知または受付の時点から",
	"less.left_out": "除外", "less.left_out_in_part": "一部を除外", "less.rounded": "端数処理",
	"explain.rule":         "規則に従うと、測定された停止 %s は約 %s と数えられます。",
	"explain.unproven":     "どれほど短い失敗も数える規則のため、測定によって達成を証明することはできません。",
	"explain.rule.unknown": "観測できなかった時間が停止であれば、最大でさらに %s が加わります。",
}
