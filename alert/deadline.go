package alert

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Undelivered is a notice that nobody has accepted so far.
type Undelivered struct {
	Notice  Notice
	Trouble string // the newest error of a channel; empty when none was tried
}

// Pressing returns from when on a notice that nobody accepted is told of by itself:
// half of its window. The fallback has been asked by then, and what is left is enough
// for a person to pick up a telephone.
func Pressing(n *Notice) time.Time { return n.Detected.Add(n.Due.Sub(n.Detected) / 2) }

// AboutDeadline reports whether the notice only says that others are at risk. It is
// not at risk itself, or the news would be about the news.
func (n *Notice) AboutDeadline() bool {
	return !slices.ContainsFunc(n.Conditions, func(c Condition) bool { return c.Type != Deadline })
}

// AtRisk makes one condition of the notices that may miss their window, or have
// missed it; false when there are none. It is one however many they are: they share
// their cause more often than not. A policy for the type deadline can tell it over
// channels that the others do not use.
func AtRisk(list []Undelivered, now time.Time, zone *time.Location) (Condition, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(u Undelivered) bool {
		return now.Before(Pressing(&u.Notice)) || u.Notice.AboutDeadline()
	})
	if len(list) == 0 {
		return Condition{}, false
	}
	first := slices.MinFunc(list, func(x, y Undelivered) int {
		return cmp.Or(x.Notice.Due.Compare(y.Notice.Due), cmp.Compare(x.Notice.ID, y.Notice.ID))
	})
	title, verb := "A notice", "is"
	if len(list) > 1 {
		title, verb = fmt.Sprintf("%d notices", len(list)), "are"
	}
	sentence := fmt.Sprintf("Nobody has accepted %q, detected at %s.", first.Notice.titleIn("en"), clockIn(first.Notice.Detected, zone))
	if first.Trouble != "" {
		sentence += " The newest error: " + first.Trouble
	}
	saysJA := fmt.Sprintf("%s に検知した「%s」は、まだ誰も受け取っていません。", clockIn(first.Notice.Detected, zone), first.Notice.titleIn("ja"))
	if first.Trouble != "" {
		saysJA += "直近のエラー: " + first.Trouble
	}
	return Condition{
		JA:  ja(saysJA, "通知 %d 件が期限に間に合わない恐れ（最初の期限 %s）", len(list), clockIn(first.Notice.Due, zone)),
		Key: string(Deadline), Subject: "slamon's " + string(Deadline), Type: Deadline, Severity: Critical,
		Since: Pressing(&first.Notice), Path: "/notices", Sentence: sentence,
		Title: fmt.Sprintf("%s %s about to miss the window, the first at %s", title, verb, clockIn(first.Notice.Due, zone)),
	}, true
}

// titleIn is that of the first condition.
func (n *Notice) titleIn(language string) string {
	if len(n.Conditions) == 0 {
		return n.ID
	}
	return n.Conditions[0].TitleIn(language)
}

func clockIn(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04:05 -07:00")
}
