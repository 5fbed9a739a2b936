package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// judgeFlags are the flags of `slamon judge` as they were given.
type judgeFlags struct {
	results               []string
	exclude, rule         string
	corrections           string
	sitesDown             int
	oneSite               bool
	claim, from, to, zone string
	response              string
	hours, holidays       string
	combine               string
	weights               map[string]int
	interval, recheck     time.Duration
	asJSON                bool
}

func judgeCommand() *cobra.Command {
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "judge --results FILE|- --claim 99.991% --from T --to T --interval 300s",
		Short: "The verdict from recorded results, offline",
		Long: `judge holds recorded results against a claim: the same arithmetic as the
daemon's, from a file that anybody can keep and recompute.

--results is CSV with a header, sorted or not. Columns: time (RFC 3339, fractions
allowed; the moment the probe was sent) and outcome (up, degraded, down,
unknown); optional: duration_seconds, reason, site, check, and base (false for a
re-probe). Other columns are ignored. Several checks in one file are judged
together: down is when any of them is down, or what --combine says: any_down,
all_down, "2 of 3 down", "2 of 3 up", or mean, with --weights for what each counts.

--results may be given several times, and as SITE=FILE for a file without the column
site. Results of several sites are judged apart; and together, where each site has the
same checks: a check is then down while more than half of the sites, or --sites-down
of them, see it down at the same time, since what one sees may be its own way to it.
--one-site takes all of them for one place, for instance because it was renamed.

--from and --to are RFC 3339 instants or days of the calendar in --tz. A day in
--to counts whole: --to 2021-09-30 ends at midnight after the 30th. An instant in
--to is not part of the window. Time without results is unknown, never up.

--exclude is CSV with a header: from, to, and optional announced and note. Its
time leaves the account, and the denominator too.

--corrections is what was corrected, as /api/v1/corrections?claim=ID gives it. Time that
counts as excluded leaves the account like --exclude; other time counts as it says.

--service-hours are the hours in which the service is promised at all, in --tz, as
the configuration has them; the rest leaves the account. --holidays is an iCalendar
file of days that are closed besides.

--rule is TOML with the tables [count] and [credits] as a claim of the
configuration has them: which moments count, and what is given back. The counted
downtime is then shown step by step.

--claim-response instead of --claim holds the times of response, duration_seconds,
against "3s for 99%": each result of the base grid is an operation, a failed one is
late, and time without results is unknown. Times are taken to 0.4 %, as slamon
keeps them.

Exit code: 0 met, 1 breached, 3 cannot tell, 2 bad usage or input, 4 else.`,
		Example: `  slamon judge --results results.csv --claim 99.991% --from 2020-10-01 --to 2021-09-30 --tz Asia/Tokyo --interval 300s`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.response != "" {
				return f.judgeResponses(cmd.InOrStdin(), cmd.OutOrStdout(), time.Now())
			}
			v, err := f.judge(cmd.InOrStdin(), time.Now())
			if err != nil {
				return exitError{codeUsage, err}
			}
			if err := f.print(cmd.OutOrStdout(), v); err != nil {
				return exitError{codeFailed, err}
			}
			return answerCode(v.Answer())
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.results, "results", nil, "results as CSV, or SITE=FILE; - reads standard input; may be repeated")
	flags.IntVar(&f.sitesDown, "sites-down", 0, "how many sites must see the service down for it to be down (default: more than half)")
	flags.BoolVar(&f.oneSite, "one-site", false, "take all sites for one place")
	flags.StringVar(&f.claim, "claim", "", "claimed availability with its sign, such as 99.991%")
	flags.StringVar(&f.response, "claim-response", "", "claimed time of response, such as \"3s for 99%\", instead of --claim")
	flags.StringVar(&f.from, "from", "", "start of the window: RFC 3339, or a day in --tz")
	flags.StringVar(&f.to, "to", "", "end of the window: RFC 3339 (not part of it), or a day in --tz (the last one)")
	flags.StringVar(&f.zone, "tz", "UTC", "time zone of the window, such as Asia/Tokyo")
	flags.DurationVar(&f.interval, "interval", 0, "base interval of the probes, such as 300s")
	flags.DurationVar(&f.recheck, "recheck", 0, "pause between probes after a failure; 0 for no re-probing")
	flags.StringVar(&f.exclude, "exclude", "", "maintenance to leave out, as CSV")
	flags.StringVar(&f.corrections, "corrections", "", "what was corrected, as JSON of the API")
	flags.StringVar(&f.rule, "rule", "", "how downtime is counted, as TOML")
	flags.StringVar(&f.hours, "service-hours", "", "hours in which the service is promised, such as \"Mo-Fr 08:00-18:00\"")
	flags.StringVar(&f.holidays, "holidays", "", "iCalendar file of holidays, closed besides --service-hours")
	flags.StringVar(&f.combine, "combine", "", "how several checks make the service, such as \"2 of 3 down\"")
	flags.StringToIntVar(&f.weights, "weights", nil, "how much each check counts with --combine mean, such as login=3,relay=1")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	cmd.MarkFlagsOneRequired("claim", "claim-response")
	cmd.MarkFlagsMutuallyExclusive("claim", "claim-response")
	for _, name := range []string{"results", "from", "to", "interval"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the name is not one of the flags above
		}
	}
	return cmd
}

// answerCode gives an answer its exit code.
func answerCode(a sla.Answer) error {
	switch a {
	case sla.Met:
		return nil
	case sla.Breached, sla.BreachedCertain:
		return exitError{code: codeBreached}
	}
	return exitError{code: codeCannotTell}
}

// judge reads what the flags name and judges it. A window that has not ended at
// now is judged as far as now, or as far as the results go.
func (f *judgeFlags) judge(stdin io.Reader, now time.Time) (none sla.SitesVerdict, _ error) {
	claim, window, err := f.parse()
	if err != nil {
		return none, err
	}
	if f.rule == "-" {
		return none, errRuleInput
	}
	if f.rule != "" {
		if claim.Rule, err = readRule(f.rule, claim.Window.Zone, f.interval, window.Length()); err != nil {
			return none, err
		}
	}
	var exclusions []sla.Exclusion
	if f.exclude != "" {
		claim.ExcludeMaintenance = true
		err := read(f.exclude, stdin, func(r io.Reader, name string) (err error) {
			exclusions, err = report.ReadExclusions(r, name)
			return err
		})
		if err != nil {
			return none, err
		}
	}
	corrections, err := f.corrected(stdin)
	if err != nil {
		return none, err
	}
	pacing := report.Pacing{Interval: f.interval, Reprobe: f.recheck, Borders: []time.Time{window.From, window.To}}
	sites, err := f.readSites(stdin, pacing)
	if err != nil {
		return none, err
	}
	for i := range sites {
		sites[i].Series, _ = sla.Corrected(sites[i].Series, nil, corrections)
	}
	_, exclusions = sla.Corrected(nil, exclusions, corrections)
	var all []timeline.Series
	for _, s := range sites {
		all = append(all, s.Series...)
	}
	if err := f.combined(&claim, checksOf(all)); err != nil {
		return none, err
	}
	need, err := f.need(len(sites))
	if err != nil {
		return none, err
	}
	return sla.JudgeSites(claim, window, judgedUntil(window, all, now), sites, need, exclusions), nil
}

// corrected reads what --corrections names.
func (f *judgeFlags) corrected(stdin io.Reader) (all []sla.Correction, err error) {
	if f.corrections != "" {
		err = read(f.corrections, stdin, func(r io.Reader, name string) (err error) {
			all, err = report.ReadCorrections(r, name)
			return err
		})
	}
	return all, err
}

// judgedUntil returns how far a window can be judged.
func judgedUntil(window timeline.Period, series []timeline.Series, now time.Time) time.Time {
	until := now
	for _, s := range series {
		if last := s.Stretches[len(s.Stretches)-1].Last; last.After(until) {
			until = last
		}
	}
	if until.After(window.To) {
		return window.To
	}
	return until
}

// parse turns the flags into a claim and its window.
func (f *judgeFlags) parse() (sla.Claim, timeline.Period, error) {
	fail := func(format string, args ...any) (sla.Claim, timeline.Period, error) {
		return sla.Claim{}, timeline.Period{}, fmt.Errorf(format, args...)
	}
	figure, err := sla.ParseFigure(f.claim)
	if err != nil {
		return fail("--claim %w", err)
	}
	zone, err := time.LoadLocation(f.zone)
	if err != nil || f.zone == "" || f.zone == "Local" {
		return fail("--tz %q: want the name of a time zone\ntry: --tz Asia/Tokyo", f.zone)
	}
	if f.interval <= 0 {
		return fail("--interval %s: want the base interval of the probes, above 0\ntry: --interval 300s", f.interval)
	}
	if f.recheck < 0 || f.recheck >= f.interval {
		return fail("--recheck %s: want a pause shorter than --interval %s, or 0 for no re-probing\ntry: --recheck 10s", f.recheck, f.interval)
	}
	from, err := sla.ParseBorder("--from", f.from, zone, false)
	if err != nil {
		return fail("%w", err)
	}
	to, err := sla.ParseBorder("--to", f.to, zone, true)
	if err != nil {
		return fail("%w", err)
	}
	if !from.Before(to) {
		return fail("the window ends (%s) before it begins (%s)\ntry: swap --from and --to", to.Format(time.RFC3339), from.Format(time.RFC3339))
	}
	claim := sla.Claim{Availability: figure, Window: sla.Window{Kind: sla.Fixed, Zone: zone}}
	window := timeline.Period{From: from, To: to}
	if claim.Hours, err = f.serviceHours(window, zone); err != nil {
		return fail("%w", err)
	}
	return claim, window, nil
}

// read opens a file, or takes standard input for "-".
func read(path string, stdin io.Reader, take func(r io.Reader, name string) error) error {
	if path == "-" {
		return take(stdin, "standard input")
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w\ntry: name an existing file, or - for standard input", err)
	}
	return errors.Join(take(file, path), file.Close())
}
