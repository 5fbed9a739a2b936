package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

var verb = regexp.MustCompile(`%(?:\[(\d)\])?(\.0)?([sd%])`)

// verbs lists the arguments that a text takes, in their order.
func verbs(text string) []string {
	var out []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[3] == "%" {
			continue
		}
		at := next
		if m[1] != "" {
			at = int(m[1][0] - '0')
		}
		next = at + 1
		for len(out) < at {
			out = append(out, "")
		}
		out[at-1] = m[3]
	}
	return out
}

// TestCatalogues checks that every language says the same things with the same
// arguments.
func TestCatalogues(t *testing.T) {
	for _, l := range languages {
		for key, text := range english.texts {
			other, ok := l.texts[key]
			if !ok {
				t.Errorf("%s has no text for %q", l.name, key)
				continue
			}
			if !slices.Equal(verbs(text), verbs(other)) {
				t.Errorf("%s, %q takes %v, want %v", l.name, key, verbs(other), verbs(text))
			}
		}
		for key := range l.texts {
			if _, ok := english.texts[key]; !ok {
				t.Errorf("%s has %q, which is not in the key list", l.name, key)
			}
		}
	}
}

// TestClosedSets checks that every word of a closed set has a text.
func TestClosedSets(t *testing.T) {
	var keys []string
	for _, r := range check.Reasons() {
		keys = append(keys, "reason."+r.String())
	}
	for _, s := range check.States {
		keys = append(keys, "state."+s.String())
	}
	for _, k := range chart.Kinds {
		keys = append(keys, "kind."+timeline.Kind(k).String())
	}
	for _, c := range check.Classes {
		keys = append(keys, "class."+string(c))
	}
	for _, a := range sla.Answers {
		keys = append(keys, "answer."+string(a))
	}
	for _, w := range status.Windows {
		keys = append(keys, "window."+w.Name)
	}
	for _, k := range []sla.Kind{sla.Contract, sla.Disclosure, sla.Objective} {
		keys = append(keys, "claim."+string(k))
	}
	for _, c := range []sla.Combine{sla.AnyDown, sla.AllDown} {
		keys = append(keys, "combine."+string(c))
	}
	for _, p := range []check.Phase{check.PhaseResolve, check.PhaseConnect, check.PhaseTLS, check.PhaseWait, check.PhaseTransfer, check.PhaseJudge} {
		keys = append(keys, "phase."+string(p))
	}
	for _, k := range []alert.Kind{alert.Opened, alert.Changed, alert.Reminder, alert.Escalated, alert.Recovered, alert.Flapping, alert.Stable, alert.Reported, alert.Test} {
		keys = append(keys, "told."+string(k))
	}
	for s := alert.Info; s <= alert.Critical; s++ {
		keys = append(keys, "severity."+s.String())
	}
	for _, s := range sla.Sides {
		keys = append(keys, "side."+string(s))
	}
	for _, k := range []RemarkKind{Acknowledged, Commented, Confirmed, Muted, Unmuted} {
		keys = append(keys, "said."+string(k))
	}
	for _, k := range []sla.CountsAs{sla.AsUp, sla.AsDown, sla.AsUnknown, sla.AsExcluded} {
		keys = append(keys, "counts."+string(k))
	}
	for _, k := range device.Kinds() {
		keys = append(keys, "reading."+k.String())
	}
	for v := device.NotVoid; v.String() == "" || !strings.HasPrefix(v.String(), "void("); v++ {
		keys = append(keys, "void."+v.String())
	}
	for _, key := range keys {
		if _, ok := english.texts[key]; !ok {
			t.Errorf("no text for %q", key)
		}
	}
}

var (
	usedInTemplate = regexp.MustCompile(`\bt "([a-z0-9_.]+)"`)
	usedInCode     = regexp.MustCompile(`\b(?:t|row|mistake)\("([a-z0-9_.]+)"|"((?:why|incident|explain)\.[a-z0-9_.]+)"`)
	counted        = regexp.MustCompile(`\bn\("([a-z0-9_.]+)"`)
)

// TestKeys checks that every key that is used has a text, and that no text lies
// unused.
func TestKeys(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "catalog") {
			return err
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range usedInTemplate.FindAllStringSubmatch(string(source), -1) {
			used[m[1]] = true
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		for _, m := range usedInCode.FindAllStringSubmatch(string(source), -1) {
			used[m[1]+m[2]] = true
		}
		for _, m := range counted.FindAllStringSubmatch(string(source), -1) {
			used[m[1]+".one"], used[m[1]+".many"] = true, true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	open := []string{"reason.", "state.", "kind.", "class.", "answer.", "window.", "claim.", "combine.", "phase.", "event.", "fact.", "page.missing.", "incident.was", "incident.is", "unit.", "side.", "reading.", "void.", "told.", "vendor.", "done.", "format.", "severity.", "counts.", "stage.", "said.", "field."}
	composed := func(key string) bool {
		return slices.ContainsFunc(open, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	}
	for key := range used {
		if _, ok := english.texts[key]; !ok && !strings.HasSuffix(key, ".") {
			t.Errorf("%q is used, but has no text", key)
		}
	}
	for key := range english.texts {
		if !used[key] && !composed(key) {
			t.Errorf("%q has a text, but is not used", key)
		}
	}
}

func TestPreferred(t *testing.T) {
	for _, c := range []struct{ header, want string }{
		{"", "en"},
		{"ja", "ja"},
		{"ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"},
		{"en-US,en;q=0.9,ja;q=0.8", "en"},
		{"fr, ja;q=0.2", "ja"},
		{"de-DE", "en"},
		{"ja;q=0, en;q=0.1", "en"},
		{"JA", "ja"},
		{";;;,q=,ja;q=x", "ja"},
	} {
		if got := preferred(c.header).code; got != c.want {
			t.Errorf("preferred(%q) = %s, want %s", c.header, got, c.want)
		}
	}
}

func FuzzPreferred(f *testing.F) {
	f.Add("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7")
	f.Add(";q=1,,ja;q=NaN")
	f.Fuzz(func(t *testing.T, header string) {
		if preferred(header) == nil {
			t.Error("no language")
		}
	})
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -123: "-123"} {
		if got := english.count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}
