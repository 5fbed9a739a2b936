package demo

import (
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/web"
)

// told prints who was told what, and when the mail server had it.
func (d *showing) told(notices []web.Notice) {
	fmt.Fprintf(d.out, "\nWho was told (the first mail server put off %s, the second took %s):\n\n",
		mails(d.full.Refused()), mails(len(d.mailbox.Letters())))
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "DETECTED\tNOTICE\tACCEPTED AFTER\tSUBJECT\n")
	slices.SortFunc(notices, func(x, y web.Notice) int { return x.Detected.Compare(y.Detected) })
	for _, n := range notices {
		after := "not yet"
		if n.Delay != nil {
			after = inSeconds(time.Duration(*n.Delay * float64(time.Second)))
		}
		title := n.Title
		if more := len(n.Keys) + n.More - 1; more > 0 {
			title += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", n.Detected.Local().Format("15:04:05.000"), n.Kind, after, title)
	}
	table.Flush()
}

func mails(n int) string {
	if n == 1 {
		return "1 mail"
	}
	return fmt.Sprintf("%d mails", n)
}
