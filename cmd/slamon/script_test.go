package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this binary as slamon.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"slamon": func() { os.Exit(mainCode()) }})
}

// TestScripts runs testdata/script; the first word of a file's name is the area.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		// The exit code is part of the interface: code runs a command and compares.
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": code, "store": storeResults, "daemon": startDaemon,
		},
		Setup: setUpScript,
	})
}

// code runs `code N command args...` and fails unless the command exits with N, or
// with one digit of N where a loaded machine may decide between them.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command args...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = string(rune('0' + exit.ExitCode()))
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if !strings.Contains(args[0], got) {
		ts.Fatalf("%v exited with %s, want %s", args[1:], got, args[0])
	}
}
