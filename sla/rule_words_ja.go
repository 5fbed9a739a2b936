package sla

import (
	"fmt"
	"strings"
	"time"
)

// WordsJapanese says in Japanese what Words says in English: reports and pages are
// read in both.
func (r *Rule) WordsJapanese() string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch {
	case r.linear() && r.Bucket > 0:
		say("%s単位で、失敗した割合に応じて数えます", clockJapanese(r.Bucket))
	case r.linear():
		say("失敗した測定先の割合に応じて数えます")
	case r.Bucket > 0:
		say("%s単位で、%s失敗した区切りを停止と数えます", clockJapanese(r.Bucket), r.Share.wordsJapanese())
	default:
		say("停止していた時間をそのまま数えます")
	}
	if r.RecoverAfter > 1 {
		say("正常な区切りが %d 回続けば復旧とみなします", r.RecoverAfter)
	}
	if r.MinRun > 0 {
		say("%s未満の停止は数えません", clockJapanese(r.MinRun))
	}
	switch r.Start {
	case AfterMinRun:
		say("その長さに達した時点から数えます")
	case StartDetection:
		say("最初に失敗した測定から数えます")
	case StartNotice:
		say("提供者の通知から数えます")
	case StartTicket:
		say("問い合わせの受付から数えます")
	}
	switch r.Round {
	case RoundDown:
		say("1 件ごとに 1 分未満を切り捨てます")
	case RoundNearest:
		say("1 件ごとに分単位で四捨五入します")
	case RoundUp:
		say("1 件ごとに 1 分未満を切り上げます")
	}
	if r.MergeGap > 0 {
		say("間隔が %s以内の停止は 1 件とします", clockJapanese(r.MergeGap))
	}
	if r.MinRunTotal > 0 {
		say("合計が %s未満であれば 0 とします", clockJapanese(r.MinRunTotal))
	}
	if r.MonthHours > 0 {
		say("1 か月を %d 時間とします", r.MonthHours)
	}
	if r.Basis != ByTime && r.Basis != "" {
		say("利用者の要求は外から見えないため、測定で代えます")
	}
	return strings.Join(parts, "。") + "。"
}

func (s Share) wordsJapanese() string {
	percent := strings.TrimSuffix(strings.TrimRight(Figure{PPB: s.PPB, Digits: 7}.String(), "%0"), ".") + " %"
	switch {
	case s.PPB == whole:
		return "全体が"
	case s.PPB == 0:
		return "一部でも"
	case s.Reached:
		return percent + " 以上が"
	}
	return percent + " を超えて"
}

// WhyJapanese is Why in Japanese.
func (r *Rule) WhyJapanese(l Less) string {
	switch l {
	case LessShort:
		return clockJapanese(r.MinRun) + "未満のため"
	case LessAfter:
		return clockJapanese(r.MinRun) + "経過後から"
	case LessUntold:
		return toldJapanese[r.Start] + "がないため"
	case LessTold:
		return toldJapanese[r.Start] + "の時点から"
	case LessOut:
		return "除外"
	case LessRounded:
		return "端数処理"
	case LessPart:
		return "一部を除外"
	case LessUnseen:
		return "前後の時間が不明"
	case LessShare:
		return "チェックの割合で計上"
	}
	return ""
}

var toldJapanese = map[Start]string{StartDetection: "検知", StartNotice: "通知", StartTicket: "受付"}

// clockJapanese writes a length of time as clock does.
func clockJapanese(d time.Duration) string {
	return strings.NewReplacer(" h", "時間", " min", "分", " s", "秒").Replace(clock(d))
}
