package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/web"
)

func maintenanceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "maintenance",
		Short: "Announce maintenance, list it, take it back",
		Long: `maintenance tells the running daemon what a vendor announced. The lead time between
the announcement and the start decides for each claim whether the work is planned or an
emergency; what goes past the announced end is downtime. Work that was moved is a new
announcement: say --replaces with the name of the old one.

Exit codes: 0 done; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(maintenanceAdd(), maintenanceList(), maintenanceRemove())
	return cmd
}

func maintenanceAdd() *cobra.Command {
	var c connection
	var from, to, announcedAt, zone, service string
	a := web.Announcement{}
	cmd := &cobra.Command{
		Use:     "add --service ID --from T --to T [--announced T] [--note TEXT]",
		Short:   "Announce maintenance",
		Example: `  slamon maintenance add --service web-meeting --from 2026-12-06T01:00:00+09:00 --to 2026-12-06T05:00:00+09:00 --announced 2026-11-20T10:00:00+09:00 --note "Renewal of the relays"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := readTimes(&a, zone, from, to, announcedAt); err != nil {
				return exitError{codeUsage, err}
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			a.Service = check.ServiceID(service)
			body, err := client.send(cmd.Context(), http.MethodPost, "/api/v1/maintenance", nil, a)
			if err != nil {
				return err
			}
			var kept web.Announcement
			if err := json.Unmarshal(body, &kept); err != nil {
				return exitError{codeFailed, err}
			}
			say(cmd.OutOrStdout(), "announced: %s\n", kept.ID)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&service, "service", "", "service that the work stops")
	cmd.Flags().StringVar(&from, "from", "", "start: RFC 3339, or 2026-12-06 01:00 in --tz")
	cmd.Flags().StringVar(&to, "to", "", "announced end")
	cmd.Flags().StringVar(&announcedAt, "announced", "", "when the vendor told its users; unknown when missing")
	cmd.Flags().StringVar(&zone, "tz", "UTC", "time zone of times without an offset, such as Asia/Tokyo")
	cmd.Flags().StringVar(&a.Note, "note", "", "what is done")
	cmd.Flags().StringVar(&a.Replaces, "replaces", "", "name of the announcement that this one moves")
	cmd.Flags().StringVar(&a.By, "by", userName(), "who enters it")
	for _, name := range []string{"service", "from", "to"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the name is not one of the flags above
		}
	}
	return cmd
}

func readTimes(a *web.Announcement, zoneName, from, to, announcedAt string) error {
	zone, err := time.LoadLocation(zoneName)
	if err != nil || zoneName == "" || zoneName == "Local" {
		return fmt.Errorf("--tz %q: want the name of a time zone\ntry: --tz Asia/Tokyo", zoneName)
	}
	var errs []error
	read := func(flag, text string) time.Time {
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04"} {
			if t, err := time.ParseInLocation(layout, text, zone); err == nil {
				return t
			}
		}
		errs = append(errs, fmt.Errorf("%s %q: want a time\ntry: %s 2026-12-06T01:00:00+09:00", flag, text, flag))
		return time.Time{}
	}
	a.From, a.To = read("--from", from), read("--to", to)
	if announcedAt != "" {
		at := read("--announced", announcedAt)
		a.Announced = &at
	}
	return errors.Join(errs...)
}

func maintenanceList() *cobra.Command {
	var c connection
	var service string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List announced maintenance from all sources",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.client()
			if err != nil {
				return err
			}
			q := url.Values{}
			if service != "" {
				q.Set("service", service)
			}
			body, err := client.send(cmd.Context(), http.MethodGet, "/api/v1/maintenance", q, nil)
			if err != nil {
				return err
			}
			if asJSON {
				say(cmd.OutOrStdout(), "%s", body)
				return nil
			}
			var answer struct{ Maintenance []web.Announcement }
			if err := json.Unmarshal(body, &answer); err != nil {
				return exitError{codeFailed, err}
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			say(table, "SERVICE\tFROM\tTO\tANNOUNCED\tLEAD\tNAME\tSOURCE\tNOTE\n")
			for _, m := range answer.Maintenance {
				announced, lead := "not known", "-"
				if m.Announced != nil {
					announced = m.Announced.Format("2006-01-02 15:04 -07:00")
					lead = fmt.Sprintf("%.1f days", float64(int64(m.From.Sub(*m.Announced).Hours()/24*10))/10)
				}
				say(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.Service, m.From.Format("2006-01-02 15:04 -07:00"), m.To.Format("2006-01-02 15:04 -07:00"),
					announced, lead, orDash(m.ID), orDash(m.Source), m.Note)
			}
			return table.Flush()
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&service, "service", "", "of one service only")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func maintenanceRemove() *cobra.Command {
	var c connection
	var by string
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Take back maintenance that was announced with add",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.client()
			if err != nil {
				return err
			}
			if _, err := client.send(cmd.Context(), http.MethodDelete, "/api/v1/maintenance/"+url.PathEscape(args[0]), url.Values{"by": {by}}, nil); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "taken back: %s\n", args[0])
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&by, "by", userName(), "who takes it back")
	return cmd
}
