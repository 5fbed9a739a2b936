package web

// The texts of counting rules and of checks put together.
var countTextsEnglish = map[string]string{
	"why.rule": "By the contract's rule", "why.rule.text": "The contract counts so: %s.", "why.rule.step": "Step", "why.about": "About",
	"stage.line": "as probed", "stage.buckets": "in buckets", "stage.min_run": "long enough, from its start",
	"stage.excluded": "without what is left out", "stage.rounded": "rounded", "stage.min_total": "in sum", "stage.none": "without the rule",
	"why.credit": "Credit: about %s of the fee, between %s and %s.", "why.credit.by": "It is to be claimed by %s.",
	"why.credit.open": "Credit is due at the end of the window at the earliest.", "why.credit.none": "No credit is due.",
	"why.incidents.checks": "The failures of the checks",
	"why.service":          "The incidents of the service", "why.service.none": "None counts.", "why.service.text": "As the claim combines its checks and counts time: %s.",
	"why.service.claimed": "As the claim combines its checks and counts time: %s; at most %d are claimed.", "why.service.newest": "The newest %d of %d are listed, with those that do not count.",
	"why.service.began": "Began between", "why.service.ended": "Ended between", "why.service.length": "Length", "why.service.counts": "Counts", "why.service.checks": "Checks down",
	"why.service.ongoing": "goes on", "why.service.by": "by %s", "why.service.after": "after %s", "why.service.not": "does not count", "why.service.merged": "%d runs taken as one",
	"why.service.nobody": "none: the rule counts what nobody saw",
	"combine.some_down":  "down while at least %d of these %d are down", "combine.mean": "the mean of these, each by its weight",
}

var countTextsJapanese = map[string]string{
	"why.rule": "契約の数え方", "why.rule.text": "%s", "why.rule.step": "段階", "why.about": "約",
	"stage.line": "測定どおり", "stage.buckets": "区切りごと", "stage.min_run": "一定の長さ以上、起算点から",
	"stage.excluded": "除外後", "stage.rounded": "端数処理後", "stage.min_total": "合計", "stage.none": "規則によらない値",
	"why.credit": "返金：料金の約 %s（%s ～ %s）。", "why.credit.by": "請求期限は %s です。",
	"why.credit.open": "返金の有無は期間の終了後に決まります。", "why.credit.none": "返金はありません。",
	"why.incidents.checks": "チェックごとの障害",
	"why.service":          "サービスの障害", "why.service.none": "算入した障害はありません。", "why.service.text": "チェックの組み合わせと規則に従って数えると %s。",
	"why.service.claimed": "チェックの組み合わせと規則に従って数えると %s（公表は %d 件以下）。", "why.service.newest": "算入しないものを含め、新しい順に %[2]d 件中 %[1]d 件を表示しています。",
	"why.service.began": "開始（この間）", "why.service.ended": "終了（この間）", "why.service.length": "長さ", "why.service.counts": "算入", "why.service.checks": "停止したチェック",
	"why.service.ongoing": "継続中", "why.service.by": "%s まで", "why.service.after": "%s より後", "why.service.not": "算入せず", "why.service.merged": "%d 回を 1 件として集計",
	"why.service.nobody": "なし（観測のない時間を規則により算入）",
	"combine.some_down":  "%[2]d 件中 %[1]d 件以上が停止している間、サービスは停止", "combine.mean": "サービスの値は加重平均",
}
