package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

// maxRuleFile bounds the file of a rule; one is a few lines long.
const maxRuleFile = 1 << 20

// readRule reads the counting rule that --rule names, and refuses one that could
// count nothing of what is judged.
func readRule(path string, zone *time.Location, interval, window time.Duration) (*sla.Rule, error) {
	var rule *sla.Rule
	err := read(path, nil, func(r io.Reader, name string) error {
		data, err := io.ReadAll(io.LimitReader(r, maxRuleFile+1))
		if err != nil {
			return err
		}
		if len(data) > maxRuleFile {
			return fmt.Errorf("%s: more than 1 MiB, and a rule is a few lines\ntry: a file with the tables [count] and [credits]", name)
		}
		rule, err = config.ParseRule(name, data, zone)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := rule.Senseless(interval, window); err != nil {
		return nil, fmt.Errorf("%s: %w\ntry: a shorter --interval, longer buckets or fewer min_samples; or a shorter min_run", path, err)
	}
	return rule, nil
}

// errRuleInput: reading both results and rule from standard input cannot work.
var errRuleInput = errors.New("--rule -: standard input is for results\ntry: --rule rule.toml")
