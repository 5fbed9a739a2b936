package alert

import (
	"regexp"
	"strings"
	"sync"
)

// phrases are sentences that are made in English, and kept so, with the Japanese ones:
// refusals of what somebody asked for, what happened to the monitor, why a review was
// opened. %s stands for what is put in; what a target or a server answered is evidence
// and has no words but its own. A test of package web goes through the refusals of the
// code.
var phrases = []struct{ en, ja string }{
	// Maintenance.
	{"there is no service %s", "サービス %s はありません。"},
	{"the announcement does not say who enters it: say by", "登録する人の名前を入力してください。"},
	{"replaces %s: service %s has no such maintenance", "変更元の %s は、サービス %s の予告にありません。"},
	{"this maintenance ends at %s, which is not after it begins", "メンテナンスの終了（%s）が開始より後になっていません。"},
	{"this maintenance was announced at %s, after it began at %s: leave the announcement out, and it is an emergency",
		"予告日時（%s）が開始（%s）より後です。予告日時を空欄にすると、緊急メンテナンスとして登録します。"},
	{"this maintenance, %s to %s, overlaps the one from %s to %s of the same service", "このメンテナンス（%s ～ %s）は、同じサービスの別のメンテナンス（%s ～ %s）と重なっています。"},
	{"claim %s is closed from %s to %s and its figure is frozen: this would change it without a reason", "公表値 %s は %s から %s までの期間が終了し、値が確定しています。この登録は理由なしに値を変えるため、受け付けられません。訂正として登録してください。"},
	{"nobody is named who takes it back: say by", "取り消す人の名前を入力してください。"},
	{"no maintenance that was announced by command is named %s", "画面またはコマンドで登録した予告に、%s はありません。"},

	// Incidents and corrections.
	{"side %s: want %s", "責任の区分 %s は選べません。"},
	{"nobody is named who confirms it: say by", "確認した人の名前を入力してください。"},
	{"no incident is named %s: a name is that of the check and the moment of the first failed probe, such as %s", "障害 %s は見つかりません。障害の名前は、チェックの名前と最初に失敗した時刻からなります（例：%s）。"},
	{"no incident is named %s: there is no check %s in the configuration", "障害 %s は見つかりません。チェック %s は設定にありません。"},
	{"no incident is named %s: no failure of %s began at that moment, or it is older than what the store keeps", "障害 %s は見つかりません。%s にその時刻に始まった障害がないか、保存期間を過ぎています。"},
	{"no incident is named %s", "障害 %s は見つかりません。"},
	{"the cause of this incident was confirmed %s times already", "この障害の原因はすでに %s 回確認されています。これ以上は記録できません。"},
	{"nobody is named who says it: say by", "コメントする人の名前を入力してください。"},
	{"the comment is empty: say note", "コメントを入力してください。"},
	{"there is no claim %s", "公表値 %s はありません。"},
	{"the correction ends at %s, which is not after it begins", "訂正する期間の終了（%s）が開始より後になっていません。"},
	{"counts_as %s: want up, down, unknown or excluded", "扱い %s は選べません。稼働、停止、不明、除外のいずれかにしてください。"},
	{"the correction does not say who makes it", "訂正する人の名前を入力してください。"},
	{"the period is closed and its figure is frozen: a correction needs a reason", "期間が終了し、値が確定しています。訂正には理由が必要です。"},
	{"a correction needs a reason", "訂正には理由が必要です。"},
	{"the correction reaches over the window of the claim, %s to %s: make one for each", "訂正する期間が公表値の対象期間（%s ～ %s）をまたいでいます。対象期間ごとに分けて登録してください。"},
	{"claim %s: no operation is known from %s to %s, so there is nothing to correct", "公表値 %s：%s から %s までに記録された操作がないため、訂正するものがありません。"},
	{"claim %s: the operations from %s to %s were never counted, or their raw results are gone: they cannot be counted anew", "公表値 %s：%s から %s までの操作は数えられていないか、測定結果が残っていないため、数え直せません。"},

	// Notices.
	{"nothing of the name %s is open: it may be over", "%s は継続していません。すでに終わった可能性があります。"},
	{"%s are kept of this incident already", "この障害にはすでに %s 件の記録があります。これ以上は記録できません。"},
	{"%s is not muted: it may be over", "%s の通知は止まっていません。停止はすでに終わった可能性があります。"},

	// Capacity reviews.
	{"no review is named %s", "容量の見直し %s はありません。"},
	{"a review is assigned to an owner and with a due date", "担当者と期限を入力してください。"},
	{"the comment is empty", "コメントを入力してください。"},
	{"a review is closed with a decision; say what was decided", "決定の内容を入力してください。"},
	{"review %s was closed on %s; its history is not changed any more", "容量の見直し %s は %s に終了しました。履歴は変更できません。"},
	{"the history of a review needs a name", "名前を入力してください。"},
	{"the text is longer than %s bytes", "文章が長すぎます（最大 %s バイト）。"},
	{"review %s has %s entries, which is the most; decide it", "容量の見直し %s の履歴は上限の %s 件に達しました。決定してください。"},
	{"the daily 95th percentile was above %s on %s of the last %s days", "1 日の 95 パーセンタイルが %[1]s を超えた日が、直近 %[3]s 日のうち %[2]s 日ありました"},
	{"the daily 95th percentile grows and reaches %s on %s", "1 日の 95 パーセンタイルが増え続けており、%[2]s に %[1]s に達する見込みです"},
	{"opened: %s", "見直しを開始：%s"},
	{"assigned to %s, due %s", "担当：%s、期限：%s"},
	{"decided: %s", "決定：%s"},

	// Reports.
	{"month and from or to both name a period: name one", "月と期間の両方が指定されています。どちらか一方にしてください。"},
	{"month %s: want a month such as 2026-10", "月 %s は読めません。2026-10 のように指定してください。"},
	{"a period needs from and to", "開始日と終了日の両方を指定してください。"},
	{"the period ends at %s, which is not after it begins", "期間の終了（%s）が開始より後になっていません。"},
	{"%s %s: want an RFC 3339 time or a day", "%[2]s は日時として読めません。"},
	{"no sheet is configured: name its file as sheet under [report]", "情報開示シートが設定されていません。[report] の sheet にファイルを指定してください。"},

	// What happened to the monitor.
	{"the machine was suspended for %s", "監視の機器が %s の間休眠していました"},
	{"the wall clock was set forward by %s", "時計が %s 進められました"},
	{"the wall clock was set back by %s", "時計が %s 戻されました"},
	{"%s is %s (%s), above its limit of %s", "%s は %s（%s）で、しきい値 %s を上回っています"},
	{"%s is %s (%s), below its limit of %s", "%s は %s（%s）で、しきい値 %s を下回っています"},
	{"%s has settled: %s (%s), above its limit of %s", "%s は安定しました。%s（%s）で、しきい値 %s を上回っています"},
	{"%s has settled: %s (%s), below its limit of %s", "%s は安定しました。%s（%s）で、しきい値 %s を下回っています"},
	{"%s passed its limit of %s more than %s times of late; it is %s now (%s)", "%s はしきい値 %s を最近 %s 回より多く通過しています。現在は %s（%s）です"},
	{"%s was due at %s", "%s（期限 %s）"},
	{"a report every %s", "%s ごとの報告"},
}

// statistics are what of the readings is held against a threshold.
var statistics = map[string]string{"latest": "最新値", "mean": "平均", "p95": "95 パーセンタイル"}

// InJapanese says in Japanese what was said in English, line by line; as it stands where
// there are no words. A line that says which command to try is for a terminal, and is
// left out where the line before it has words.
func InJapanese(text string) string {
	var out []string
	known := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if known && strings.HasPrefix(line, "try: ") {
			continue
		}
		said, ok := phrased(line)
		known = ok
		out = append(out, said)
	}
	return strings.Join(out, "\n")
}

// Phrased reports whether a sentence has Japanese words. It takes a format as well.
func Phrased(sentence string) bool {
	_, ok := phrased(sentence)
	return ok
}

func phrased(line string) (string, bool) {
	for i, p := range patterns() {
		m := p.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		return putIn(phrases[i].ja, m[1:]), true
	}
	return line, false
}

// patterns are what the English sentences look like, each with what is put in.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(phrases))
	for i, p := range phrases {
		list[i] = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(p.en), "%s", "(.+?)") + "$")
	}
	return list
})

var verb = regexp.MustCompile(`%(?:\[(\d)\])?s`)

// putIn fills a sentence; a value that stands in quotation marks gets Japanese ones, and
// one that is a phrase itself, such as why a review was opened, is said in Japanese.
func putIn(sentence string, values []string) string {
	next := 0
	return verb.ReplaceAllStringFunc(sentence, func(found string) string {
		at := next
		if len(found) > len("%s") {
			at = int(found[2] - '1')
		}
		next = at + 1
		value := values[at]
		if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
			return "「" + value[1:len(value)-1] + "」"
		}
		if word, ok := statistics[value]; ok {
			return word
		}
		said, _ := phrased(value)
		return said
	})
}
