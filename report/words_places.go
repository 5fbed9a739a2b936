package report

var placeWordsEnglish = map[string]string{
	"places": "From each place, apart", "place": "Place", "place.last": "Last result", "place.together": "All together",
	"place.rule":  "Together, a check counts as down while at least %d of the %d places see it down at the same time, as up while too many see it up for that, and else as unknown.",
	"place.only":  "What one place sees may be its own way to the service; each is judged by itself, by the same claim, maintenance and corrections. The figures above are those of the first.",
	"place.own":   "What one place sees may be its own way to the service; each judges its own operations, by the claim as it has it. The figures above are those of the first.",
	"place.apart": "The claim asks for a figure of all places together, which cannot be made: it asks for more places than there are, or its checks count in part or by a rule.",
}

var placeWordsJapanese = map[string]string{
	"places": "拠点ごとの値", "place": "拠点", "place.last": "最後の結果", "place.together": "全拠点の合成",
	"place.rule":  "合成では、%[2]d 拠点のうち %[1]d 拠点以上が同時に停止と見た時間を停止とし、停止になり得ないだけの拠点が正常と見た時間を正常、それ以外を不明とします。",
	"place.only":  "一つの拠点だけが見た停止は、その拠点の回線によることがあります。各拠点を同じ公表値、保守、訂正により個別に判定しています。上の値は最初の拠点のものです。",
	"place.own":   "一つの拠点だけが見た遅延は、その拠点の回線によることがあります。各拠点が自らの操作を、自らの設定にある公表値により判定しています。上の値は最初の拠点のものです。",
	"place.apart": "この公表値は全拠点の合成値を求めていますが、作成できません。拠点の数が足りないか、チェックが部分的に、または計数規則により数えられます。",
}
