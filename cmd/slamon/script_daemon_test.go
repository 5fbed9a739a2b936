package main

import (
	"context"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/store"
)

// scriptState is what the commands of one script share.
type scriptState struct{ stop func() }

type scriptKey struct{}

// setUpScript gives a script its state.
func setUpScript(e *testscript.Env) error {
	e.Values[scriptKey{}] = &scriptState{}
	return nil
}

// storeResults runs `store DB FILE INTERVAL`: it makes a store that holds the results
// of a file, as a daemon would have recorded them.
func storeResults(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: store DB FILE INTERVAL")
	}
	interval, err := time.ParseDuration(args[2])
	ts.Check(err)
	file, err := os.Open(ts.MkAbs(args[1]))
	ts.Check(err)
	defer file.Close()
	results, err := report.ReadResults(file, args[1])
	ts.Check(err)
	s, err := store.Open(ts.MkAbs(args[0]), store.Options{Site: "here", NoSync: true, Log: quiet()})
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for _, r := range results {
		s.Append(r, interval)
	}
	ts.Check(s.Sync(ctx))
	cancel()
	ts.Check(<-ended)
	ts.Check(s.Close())
}

// startDaemon runs `daemon CONFIG`: a daemon on a free port until the script ends, or
// `daemon stop`. Its address is in $URL.
func startDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: daemon CONFIG, or daemon stop")
	}
	if args[0] == "stop" {
		ts.Value(scriptKey{}).(*scriptState).stop()
		return
	}
	base, end, err := runDaemon(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Setenv("URL", base)
	ts.Setenv("USER", "sato")
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		ts.Check(end())
	}
	ts.Value(scriptKey{}).(*scriptState).stop = stop
	ts.Defer(stop)
}
