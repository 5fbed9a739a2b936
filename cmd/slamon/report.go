package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// reportFlags are the flags of `slamon report` as they were given.
type reportFlags struct {
	connection
	ask                       web.ReportRequest
	sheet                     bool
	storage, configFile, file string
	sites                     []string
}

func reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [flags] CLAIM",
		Short: "A claim over a period, as text, CSV, JSON or a page to print",
		Long: `report writes what a claim and a period came to: the verdict with its explanation,
the figure with its bounds, with and without maintenance, the coverage, the months,
the incidents with causes and evidence, the maintenance with its lead times, notices,
corrections, and what was not measured. It asks the running daemon, or with
--storage.path reads a store that no daemon has open, or a backup: the same report.

The daemon asks its peers for what they saw, and shows the places side by side. With
--storage.path, --site names the exported results of other places instead.

The period is the claim's window, --month, or --from and --to (days, the last one
included, or RFC 3339).

--sheet writes the disclosure sheet row by row instead: what is claimed, what a
guideline asks for, and what was measured. Its rows stand in the file that sheet
under [report] names.

Exit codes: 0 written; 2 usage or configuration; 4 failed.`,
		Example: `  slamon report web-meeting-2026 --month 2026-10
  slamon report web-meeting-2026 --format html --lang ja -o report.html
  slamon report --sheet --storage.path backups/slamon-20261101.db --config.file slamon.toml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.ask.Claim = sla.ClaimID(args[0])
			}
			return f.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.flags(cmd)
	configFlag(cmd, &f.configFile)
	cmd.Flags().StringVar(&f.storage, "storage.path", "", "store or backup to read that no daemon has open")
	cmd.Flags().StringArrayVar(&f.sites, "site", nil, "with --storage.path: what another place saw, as SITE=RESULTS.csv; may be repeated")
	cmd.Flags().StringVar(&f.ask.Month, "month", "", "a month, such as 2026-10")
	cmd.Flags().StringVar(&f.ask.From, "from", "", "first day of the period, or an RFC 3339 time")
	cmd.Flags().StringVar(&f.ask.To, "to", "", "last day of the period, or an RFC 3339 time that is not part of it")
	cmd.Flags().StringVar(&f.ask.Format, "format", "text", "text, csv, json or html")
	cmd.Flags().StringVar(&f.ask.Language, "lang", "en", "en or ja")
	cmd.Flags().StringVarP(&f.file, "output", "o", "-", "file to write; - for standard output")
	cmd.Flags().BoolVar(&f.sheet, "sheet", false, "write the disclosure sheet row by row")
	return cmd
}

func (f *reportFlags) check() error {
	if f.sheet == (f.ask.Claim != "") {
		return errors.New("want the id of a claim, or --sheet\ntry: slamon report web-meeting-2026")
	}
	if _, err := report.ParseFormat(f.ask.Format); err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	if _, err := report.ParseLanguage(f.ask.Language); err != nil {
		return fmt.Errorf("--lang: %w", err)
	}
	if len(f.sites) > 0 && f.storage == "" {
		return errors.New("--site without --storage.path: a running slamon asks its peers\ntry: leave --site out, or name a store or a backup")
	}
	return nil
}

func (f *reportFlags) run(ctx context.Context, out, log io.Writer) error {
	if err := f.check(); err != nil {
		return exitError{codeUsage, err}
	}
	make := f.online
	if f.storage != "" {
		make = f.offline
	}
	body, err := make(ctx, log)
	if err != nil {
		return err
	}
	if f.file == "-" {
		_, err = out.Write(body)
	} else {
		err = os.WriteFile(f.file, body, 0o640)
	}
	if err != nil {
		return exitError{codeFailed, err}
	}
	return nil
}

// offline reads a store that nobody has open.
func (f *reportFlags) offline(_ context.Context, log io.Writer) ([]byte, error) {
	cfg, err := config.Load(f.configFile)
	if err != nil {
		return nil, refuse(log, f.configFile, err)
	}
	if _, err := os.Stat(f.storage); err != nil {
		return nil, exitError{codeUsage, fmt.Errorf("--storage.path: %w\ntry: the path of a store or of a backup", err)}
	}
	warn := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	kept, err := store.OpenReadOnly(f.storage, store.Options{Site: cfg.Site, Retention: cfg.Storage.Retention, Log: warn})
	if errors.Is(err, store.ErrLocked) {
		return nil, exitError{codeFailed, fmt.Errorf("--storage.path %s: a running slamon has this store open\ntry: leave --storage.path out to ask that slamon, or name one of its backups", f.storage)}
	}
	if err != nil {
		return nil, exitError{codeFailed, err}
	}
	defer kept.Close()
	places, err := f.places(cfg)
	if err != nil {
		return nil, exitError{codeUsage, err}
	}
	body, err := daemon.Answer(kept, cfg, f.ask, places, buildVersion(), warn)
	var refusal web.Refusal
	switch {
	case errors.As(err, &refusal):
		return nil, exitError{codeUsage, err}
	case err != nil:
		return nil, exitError{codeFailed, err}
	}
	return body, nil
}

// reportPatience bounds a report by the daemon, which itself waits for other places.
const reportPatience = time.Minute

// online asks the daemon, which makes the report with the same code.
func (f *reportFlags) online(ctx context.Context, _ io.Writer) ([]byte, error) {
	c, err := f.client()
	if err != nil {
		return nil, err
	}
	q := url.Values{"format": {f.ask.Format}, "lang": {f.ask.Language}}
	for key, v := range map[string]string{"month": f.ask.Month, "from": f.ask.From, "to": f.ask.To} {
		if v != "" {
			q.Set(key, v)
		}
	}
	path := "/api/v1/sheet"
	if !f.sheet {
		path = "/api/v1/reports/" + url.PathEscape(string(f.ask.Claim))
	}
	return c.within(ctx, reportPatience, http.MethodGet, path, q, nil)
}
