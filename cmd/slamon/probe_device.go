package main

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp"
)

// device polls a device of the configuration file once, or twice where rates are
// wanted, and prints what was read.
func (f *probeFlags) device(cmd *cobra.Command, cfg *config.Config, c check.Check) error {
	if err := f.patience(&c); err != nil {
		return err
	}
	env, err := snmp.NewEnv(snmp.Options{Profiles: cfg.SNMP.Profiles})
	if err != nil {
		return exitError{codeUsage, err}
	}
	defer env.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), c.Timeout+f.rates)
	defer cancel()
	sent := time.Now()
	s, err := env.Survey(ctx, deviceOf(cfg, c), f.rates)
	if err != nil && s.Address == "" {
		return exitError{codeUsage, err}
	}
	r := check.Result{Check: c.ID, Sent: sent.UTC(), Base: true, Outcome: c.Judge(s.Outcome)}
	if f.json {
		err = printSurveyJSON(cmd.OutOrStdout(), c, r, s)
	} else if err = printProbe(cmd.OutOrStdout(), c, r); err == nil && r.State.Good() {
		say(cmd.OutOrStdout(), "\n")
		err = printSurvey(cmd.OutOrStdout(), s)
	}
	if err != nil {
		return exitError{codeFailed, err}
	}
	return exitOf(r.State)
}

func deviceOf(cfg *config.Config, c check.Check) device.Device {
	for _, d := range cfg.SNMP.Devices {
		if check.ID(d.ID) == c.ID {
			return d
		}
	}
	return device.Device{}
}

// surveyJSON is a poll of a device for machines: a probe with its readings.
type surveyJSON struct {
	probeJSON
	Profile  string        `json:"profile"`
	Notes    []string      `json:"notes"`
	Readings []readingJSON `json:"readings"`
}

// readingJSON has null for a value that is void, and why.
type readingJSON struct {
	Kind     device.Kind `json:"kind"`
	Instance string      `json:"instance"`
	At       time.Time   `json:"at"`
	Value    *float64    `json:"value"`
	Void     device.Void `json:"void"`
	Unit     device.Unit `json:"unit"`
}

func printSurveyJSON(w io.Writer, c check.Check, r check.Result, s snmp.Survey) error {
	out := surveyJSON{probeJSON: probeToJSON(c, r), Profile: s.Profile, Notes: append([]string{}, s.Notes...), Readings: []readingJSON{}}
	for _, reading := range s.Readings {
		j := readingJSON{Kind: reading.Kind, Instance: reading.Instance, At: reading.At, Void: reading.Void, Unit: reading.Kind.Unit()}
		if reading.Known() {
			j.Value = &reading.Value
		}
		out.Readings = append(out.Readings, j)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
