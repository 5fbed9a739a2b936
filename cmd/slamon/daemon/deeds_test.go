package daemon

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/timeline"
)

// opened is a daemon that does not run, with a channel that nobody answers on.
func opened(t *testing.T, dir string) *Daemon {
	t.Helper()
	path := filepath.Join(dir, "slamon.toml")
	write(t, path, strings.NewReplacer("ADDRESS", "127.0.0.1:1", "MAIL", "127.0.0.1:1").Replace(toldConfig))
	return loaded(t, path)
}

// TestLateNoticeIsTold: once half of its window has passed, a notice that nobody
// accepted is a trouble of its own, and over when somebody did.
func TestLateNoticeIsTold(t *testing.T) {
	d := opened(t, t.TempDir())
	defer d.Close()
	now := time.Now()
	d.teller.wasBlind(now.Add(-time.Hour), now)
	for _, after := range []time.Duration{0, 29 * time.Minute, 31 * time.Minute, 32 * time.Minute} {
		d.refresh(now.Add(after))
		d.teller.look(now.Add(after))
	}
	told, err := d.teller.Told("", 10)
	var titles []string
	for _, n := range told {
		titles = append(titles, n.Title)
	}
	if err != nil || len(told) != 2 || !strings.HasPrefix(titles[0], "A notice is about to miss the window") {
		t.Errorf("told %q, %v; want the notice and that it is late", titles, err)
	}
}

// TestDeedsAreKept: what people did survives the trouble and a restart, with who,
// when and why.
func TestDeedsAreKept(t *testing.T) {
	dir := t.TempDir()
	d := opened(t, dir)
	now := time.Now().UTC().Truncate(time.Second)
	act := func(note string) alert.Act { return alert.Act{By: "Sato", At: now, Note: note} }
	d.teller.memory.Items["incident/port-x"] = &alert.Item{Seen: now, Condition: alert.Condition{Key: "incident/port-x", Title: "files: port is down", Service: "files"}}
	if err := errors.Join(
		d.teller.Acknowledge("port-x", act("restarting it")),
		d.teller.Mute(alert.Mute{Service: "files", Until: now.Add(time.Hour), Act: act("moving house")}),
		d.teller.Unmute("files", "", "Sato"),
	); err != nil {
		t.Fatal(err)
	}
	if err := d.teller.Unmute("nothing", "", "Sato"); err == nil {
		t.Error("what is not muted was unmuted")
	}
	delete(d.teller.memory.Items, "incident/port-x")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	d = opened(t, dir)
	defer d.Close()
	all := func() (kinds []string) {
		list, err := deeds(d.store, maxDeeds, func(alert.Deed) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		for _, deed := range list {
			kinds = append(kinds, string(deed.Kind)+" by "+deed.By+": "+deed.Note)
		}
		return kinds
	}
	if got, want := all(), []string{"unmuted by Sato: ", "muted by Sato: moving house", "acknowledged by Sato: restarting it"}; !slices.Equal(got, want) {
		t.Errorf("deeds = %q; want %q", got, want)
	}
	if got := d.teller.Acknowledged("port-x"); got == nil || got.Note != "restarting it" {
		t.Errorf("acknowledged = %+v after it is over", got)
	}
	reported, err := site{d.ledger, d.config.Load(), false}.deeds("files", timeline.Period{From: now.Add(-time.Hour), To: now.Add(time.Hour)})
	if err != nil || len(reported) != 3 || reported[0].Kind != "acknowledged" || reported[0].About != "files: port is down" || reported[1].Kind != "muted" || reported[1].Until == nil {
		t.Errorf("the report has %+v, %v; want all three in order of time", reported, err)
	}
	d.teller.forgetDeeds(now.Add(keptDeeds + time.Hour))
	if left := all(); len(left) != 0 {
		t.Errorf("%q are kept for ever", left)
	}
}
