package report

// The words of how checks are combined, how a rule counts, and what credit is due.
var countWordsEnglish = map[string]string{
	"version.text": "%d, closed %s", "version.corrected": "%d, of %s: %s",
	"version.differs": ". What is stored and announced today gives %[2]s instead of the %[1]s that was frozen, though nothing was corrected; the frozen figure holds.",
	"incidents.more":  "%d, and at most %d are claimed", "incidents.within": "%d of at most %d that are claimed",
	"incidents.each": "Failures of the checks", "incidents.checks": "These are the failures of each check as the probes saw them, whether the claim counts them or not; time that is left out is not in their lengths.",
	"service.incidents": "Incidents of the service", "service.began": "Began between", "service.ended": "Ended between", "service.checks": "Checks down",
	"service.by": "by %s", "service.after": "after %s", "service.none": "does not count", "service.merged": "%d runs taken as one",
	"service.nobody": "none: the rule counts what nobody saw", "service.count": "That count: %s.",
	"combine": "Made of", "combine.any": "%s: down while any of them is down", "combine.all": "%s: down only while all of them are down",
	"combine.some": "%s: down while at least %d of the %d are down", "combine.mean": "the mean of %s", "combine.share": "%s (%d of %d)",
	"rule": "How the contract counts", "rule.short": "Counting rule", "rule.step": "Step", "rule.least": "At least", "rule.about": "About", "rule.most": "At most",
	"rule.counts": "Counts", "rule.says": "The rule: %s.", "rule.more": "%d more are in the sums only.",
	"stage.line": "as probed", "stage.buckets": "in buckets", "stage.min_run": "long enough, from its start",
	"stage.excluded": "without what is left out", "stage.rounded": "rounded", "stage.min_total": "in sum", "stage.none": "without the rule",
	"credit": "Credit", "credit.open": "the window has not ended", "credit.none": "none", "credit.share": "%s of the fee", "credit.due": "%s, which is %s of the fee", "credit.between": "between %s and %s of the fee",
	"credit.bounds": "; between %s and %s", "credit.capped": " (capped)", "credit.by": "; to be claimed by %s",
	"credit.days": "%d days of service", "credit.times": "%d times the fee of the downtime", "credit.pro_rata": "the fee of the downtime",
	"explain.rule": "", "explain.unproven": "", "explain.rule.unknown": "",
}

var countWordsJapanese = map[string]string{
	"version.text": "第 %d 版（%s 締め）", "version.corrected": "第 %d 版（%s、%s）",
	"version.differs": "。現在の記録と予告からは %[2]s となり、締めた値 %[1]s と異なりますが、訂正の記録はありません。締めた値が有効です。",
	"incidents.more":  "%d 件（公表は %d 件以下）", "incidents.within": "%d 件（公表は %d 件以下、範囲内）",
	"incidents.each": "チェックごとの障害", "incidents.checks": "算入するか否かにかかわらず、測定されたとおりの各チェックの障害です。長さには除外した時間を含みません。",
	"service.incidents": "サービスの障害", "service.began": "開始（この間）", "service.ended": "終了（この間）", "service.checks": "停止したチェック",
	"service.by": "%s まで", "service.after": "%s より後", "service.none": "算入せず", "service.merged": "%d 回を 1 件として集計",
	"service.nobody": "なし（観測のない時間を規則により算入）", "service.count": "算入した障害：%s",
	"combine": "構成", "combine.any": "%s（いずれかが停止している間は停止）", "combine.all": "%s（すべてが停止している間のみ停止）",
	"combine.some": "%s（%[3]d 件中 %[2]d 件以上が停止している間は停止）", "combine.mean": "%s の加重平均", "combine.share": "%s（%d/%d）",
	"rule": "契約の数え方", "rule.short": "数え方", "rule.step": "段階", "rule.least": "少なくとも", "rule.about": "約", "rule.most": "最大",
	"rule.counts": "算入", "rule.says": "規則：%s", "rule.more": "ほか %d 件は合計にのみ含みます。",
	"stage.line": "測定どおり", "stage.buckets": "区切りごと", "stage.min_run": "一定の長さ以上、起算点から",
	"stage.excluded": "除外後", "stage.rounded": "端数処理後", "stage.min_total": "合計", "stage.none": "規則によらない値",
	"credit": "返金", "credit.open": "期間は終了していません", "credit.none": "なし", "credit.share": "料金の %s", "credit.due": "%s（料金の %s）", "credit.between": "料金の %s ～ %s",
	"credit.bounds": "、範囲は %s ～ %s", "credit.capped": "（上限適用）", "credit.by": "。請求期限は %s",
	"credit.days": "サービス %d 日分", "credit.times": "停止時間分の料金の %d 倍", "credit.pro_rata": "停止時間分の料金",
	"explain.rule":         "規則に従うと、測定された停止 %s は約 %s と数えられます。",
	"explain.unproven":     "どれほど短い失敗も数える規則のため、測定によって達成を証明することはできません。",
	"explain.rule.unknown": "観測できなかった時間が停止であれば、最大でさらに %s が加わります。",
}
