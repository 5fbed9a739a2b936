package web

// The texts of counting rules and of checks put together.
var countTextsEnglish = map[string]string{
	"why.rule": "By the contract's rule", "why.rule.text": "The contract counts so: %s.", "why.rule.step": "Step", "why.about": "About",
	"stage.line": "as probed", "stage.buckets": "in buckets", "stage.min_run": "long enough, from its start",
	"stage.excluded": "without what is left out", "stage.rounded": "rounded", "stage.min_total": "in sum", "stage.none": "without the rule",
	"why.credit": "Credit: about %s of the fee, between %s and %s.", "why.credit.by": "It is to be claimed by %s.",
	"why.credit.open": "Credit is due at the end of the window at the earliest.", "why.credit.none": "No credit is due.",
	"combine.some_down": "down while at least %d of these %d are down", "combine.mean": "the mean of these, each by its weight",
}

var countTextsJapanese = map[string]string{
	"why.rule": "契約の数え方", "why.rule.text": "%s", "why.rule.step": "段階", "why.about": "約",
	"stage.line": "測定どおり", "stage.buckets": "区切りごと", "stage.min_run": "一定の長さ以上、起算点から",
	"stage.excluded": "除外後", "stage.rounded": "端数処理後", "stage.min_total": "合計", "stage.none": "規則によらない値",
	"why.credit": "返金：料金の約 %s（%s ～ %s）。", "why.credit.by": "請求期限は %s です。",
	"why.credit.open": "返金の有無は期間の終了後に決まります。", "why.credit.none": "返金はありません。",
	"combine.some_down": "%[2]d 件中 %[1]d 件以上が停止している間、サービスは停止", "combine.mean": "サービスの値は加重平均",
}
