package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/sla"
)

const (
	// askTimeout bounds a request to the daemon; a board is never far away.
	askTimeout = 15 * time.Second
	// maxAnswer bounds what is read of an answer: 10,000 claims with incidents.
	maxAnswer = 256 << 20
)

func statusCommand() *cobra.Command {
	var base, user, passwordFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the verdicts and open incidents of the running daemon",
		Long: `status asks a running daemon for its verdicts and prints them as a table.

Exit codes: 0 all claims are met; 1 at least one is breached; 3 at least one
cannot be told, and none is breached; 4 the daemon could not be asked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := newClient(base, user, passwordFile)
			if err != nil {
				return exitError{codeUsage, err}
			}
			return c.status(cmd.Context(), cmd.OutOrStdout(), asJSON)
		},
	}
	cmd.Flags().StringVar(&base, "url", "http://127.0.0.1:9780", "address of the daemon")
	cmd.Flags().StringVar(&user, "user", "", "name to sign in with")
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "file that holds the password")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// client asks a running daemon.
type client struct {
	base           *url.URL
	user, password string
}

func newClient(base, user, passwordFile string) (*client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("--url %q: want the daemon's address\ntry: --url http://127.0.0.1:9780", base)
	}
	c := &client{base: u, user: user}
	if passwordFile != "" {
		secret, err := os.ReadFile(passwordFile)
		if err != nil {
			return nil, fmt.Errorf("--password-file: %w", err)
		}
		c.password = strings.TrimRight(string(secret), "\r\n")
	}
	return c, nil
}

// do sends one request and decodes the JSON answer into out.
func (c *client) do(ctx context.Context, method, path string, timeout time.Duration, out any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), nil)
	if err != nil {
		return err
	}
	if c.user != "" {
		request.SetBasicAuth(c.user, c.password)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the daemon cannot be asked: %w\ntry: slamon run, or --url with its address", err)
	}
	defer answer.Body.Close()
	body := io.LimitReader(answer.Body, maxAnswer)
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(body, 4096))
		return fmt.Errorf("the daemon answered %s: %s", answer.Status, strings.TrimSpace(string(text)))
	}
	return json.NewDecoder(body).Decode(out)
}

type claimsAnswer struct {
	At     time.Time `json:"at"`
	Claims []struct {
		sla.VerdictJSON
		Remaining float64 `json:"allowance_remaining_seconds"`
	} `json:"claims"`
}

type incidentsAnswer struct {
	Incidents []struct {
		ID      string `json:"id"`
		Service string `json:"service"`
		sla.IncidentJSON
		Ongoing  bool `json:"ongoing"`
		Evidence *struct {
			Sentence string `json:"sentence"`
		} `json:"evidence"`
	} `json:"incidents"`
}

func (c *client) status(ctx context.Context, out io.Writer, asJSON bool) error {
	var claims claimsAnswer
	var responses responsesAnswer
	var incidents incidentsAnswer
	if err := c.do(ctx, http.MethodGet, "/api/v1/claims", askTimeout, &claims); err != nil {
		return exitError{codeFailed, err}
	}
	if err := c.do(ctx, http.MethodGet, "/api/v1/incidents", askTimeout, &incidents); err != nil {
		return exitError{codeFailed, err}
	}
	if err := c.do(ctx, http.MethodGet, "/api/v1/responses", askTimeout, &responses); err != nil {
		return exitError{codeFailed, err}
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"at": claims.At, "claims": claims.Claims, "responses": responses.Responses, "incidents": incidents.Incidents}); err != nil {
			return exitError{codeFailed, err}
		}
		return worst(claims, responses)
	}
	printClaims(out, claims)
	printResponses(out, responses)
	printOpen(out, incidents)
	return worst(claims, responses)
}

func printClaims(out io.Writer, claims claimsAnswer) {
	if len(claims.Claims) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say(table, "SERVICE\tCLAIM\tFIGURE\tVERDICT\tMEASURED\tWITHIN\tALLOWANCE LEFT\tCOVERAGE\n")
	for _, v := range claims.Claims {
		digits := v.Claim.Digits + 1
		say(table, "%s\t%s\t%s\t%s\t%s\t%s to %s\t%s of %s\t%s\n", v.Claim.Service, v.Claim.ID, v.Claim.Availability,
			v.Verdict.Words(), shownShare(v.Accounted-v.Unknown-v.Downtime.Point, v.Accounted-v.Unknown, digits),
			shownShare(v.Accounted-v.Unknown-v.Downtime.High95, v.Accounted, digits), shownShare(v.Accounted-v.Downtime.Low95, v.Accounted, digits),
			whole(v.Remaining), whole(v.Allowance), sla.Percent(v.Coverage, 2))
	}
	table.Flush()
}

func printOpen(out io.Writer, incidents incidentsAnswer) {
	open := 0
	for _, i := range incidents.Incidents {
		if !i.Ongoing {
			continue
		}
		open++
		detail := i.Reason
		if i.Evidence != nil {
			detail += ": " + i.Evidence.Sentence
		}
		say(out, "\nopen  %s %s since %s, %d failed probes: %s\n", i.Service, i.Check,
			i.FirstBad.Format(time.RFC3339), i.Failed, detail)
	}
	if open == 0 {
		say(out, "\nno open incident\n")
	}
}

// worst is the exit code that all verdicts together give.
func worst(claims claimsAnswer, responses responsesAnswer) error {
	answers := responses.answers()
	for _, v := range claims.Claims {
		answers = append(answers, v.Verdict)
	}
	code := codeFine
	for _, a := range answers {
		switch a {
		case sla.Breached, sla.BreachedCertain:
			return exitError{code: codeBreached}
		case sla.CannotTell, sla.MetIfUnknownAlike:
			code = codeCannotTell
		}
	}
	if code == codeFine {
		return nil
	}
	return exitError{code: code}
}

// shownShare prints a share as sla.Verdict.Known defines it; nothing seen is no share.
func shownShare(part, total float64, digits int) string {
	if total <= 0 {
		return "-"
	}
	return sla.Percent(max(0, part)/total, digits)
}

// whole prints seconds as people say them.
func whole(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d.Abs() < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
