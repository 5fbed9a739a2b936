package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/sla"
)

// FuzzParseRule: nothing makes it panic, a refusal says where, and what is taken is
// printed as a rule that is read back as the same.
func FuzzParseRule(f *testing.F) {
	stories, err := filepath.Glob("../sla/testdata/rule_*.txtar")
	if err != nil || len(stories) == 0 {
		f.Fatalf("no stories: %v", err)
	}
	for _, name := range stories {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, rule, _ := strings.Cut(string(data), "\n-- rule")
		_, rule, _ = strings.Cut(rule, "--\n")
		rule, _, _ = strings.Cut(rule, "\n-- ")
		f.Add(rule + "\n")
	}
	f.Add("count = {}\ncredits = 1")
	f.Add("[count]\nbucket = \"1s\"\ndown_if = { failed_share = \">=0.000000001%\" }\nmonth_hours = -1\n")
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := ParseRule("rule.toml", []byte(text), time.UTC)
		if err != nil {
			var complaints Complaints
			if !errors.As(err, &complaints) || len(complaints) == 0 || complaints[0].Text == "" {
				t.Fatalf("ParseRule = %v, want Complaints", err)
			}
			return
		}
		rule.Words()
		var d dumper
		d.rule(rule, time.UTC)
		printed := strings.ReplaceAll(d.b.String(), "[service.claim.", "[")
		again, err := ParseRule("again.toml", []byte(printed), time.UTC)
		if err != nil {
			t.Fatalf("what was printed is refused: %v\n%s", err, printed)
		}
		if diff := cmp.Diff(rule, again); diff != "" {
			t.Fatalf("read back otherwise (-first +again):\n%s\n%s", diff, printed)
		}
	})
}

// TestRuleOfClaim reads the rule of the example.
func TestRuleOfClaim(t *testing.T) {
	c, err := Load(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, claim := range c.Claims {
		if claim.ID != "web-meeting-contract" {
			continue
		}
		r := claim.Rule
		if r == nil || r.Bucket != time.Minute || r.MinRun != 5*time.Minute || r.Share.String() != ">=1" || len(r.Credits.Tiers) != 2 {
			t.Errorf("the contract of the example counts by %+v", r)
		}
		if got, want := r.Credits.Tiers[1], (sla.Tier{Below: sla.Figure{PPB: 990_000_000}, Credit: sla.Credit{Form: sla.CreditShare, N: 250_000_000}}); got != want {
			t.Errorf("second tier = %+v, want %+v", got, want)
		}
		return
	}
	t.Error("the example has no claim web-meeting-contract")
}
