package main

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/store"
)

func checkStoreCommand() *cobra.Command {
	var path, configFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check-store [flags] [FILE]",
		Short: "Check that a store or a backup is sound",
		Long: `check-store reads a store or a backup from end to end, without changing it: every
page, the list of free pages, and every record with its checksum. A store that a
daemon has open cannot be checked; its backups can, and are when they are made.

Exit codes: 0 sound; 2 usage or configuration; 4 damaged, or it cannot be read.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if path != "" {
					return exitError{codeUsage, errors.New("FILE and --storage.path both name a store\ntry: one of them")}
				}
				path = args[0]
			}
			file, err := storagePath(path, configFile)
			if err != nil {
				return err
			}
			report, err := store.Verify(cmd.Context(), file)
			if printing := printReport(cmd.OutOrStdout(), report, asJSON, err == nil); printing != nil {
				return exitError{codeFailed, printing}
			}
			if err != nil {
				return exitError{codeFailed, err}
			}
			return nil
		},
	}
	configFlag(cmd, &configFile)
	cmd.Flags().StringVar(&path, "storage.path", "", "store to check; storage.path of the file when empty")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printReport(out io.Writer, r store.VerifyReport, asJSON, sound bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	for _, p := range r.Problems {
		say(out, "%s: %s\n", r.Path, p)
	}
	if !sound {
		return nil
	}
	say(out, "%s is sound: %d bytes, %d pages of which %d are free, read in %s\n",
		r.Path, r.Bytes, r.Pages, r.FreePages, r.Took.Round(time.Millisecond))
	say(out, "%d checks, %d results and %d more in the log, %d stretches, %d days, %d pieces of evidence, %d events\n",
		r.Checks, r.Results, r.Logged, r.Stretches, r.Days, r.Evidence, r.Events)
	if !r.Newest.IsZero() {
		say(out, "newest result: %s\n", r.Newest.Format(time.RFC3339))
	}
	return nil
}
