package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/check"
)

// errandSteps is the length of a transaction: sign in, join, post, read, leave.
const errandSteps = 5

// transactions measures what users do: five posts of JSON, one after the other over one
// connection with a cookie, each answer looked at, a value of each used in the next.
func transactions(ctx context.Context, s settings) (err error) {
	r := &run{}
	if r.dir, err = os.MkdirTemp("", "slamon-bench-"); err != nil {
		return err
	}
	var hello targetsHello
	if r.targets, err = spawn(ctx, "rooms", struct{}{}, &hello); err != nil {
		return err
	}
	r.port = hello.Port
	defer func() { err = firstOf(err, r.end()) }()
	c := proberConfig{Checks: s.checks, Interval: s.interval, Timeout: min(s.interval, 10*time.Second), Seed: s.seed, Errand: true}
	for _, role := range []string{"slamon", "byhand"} {
		if err := r.add(ctx, role, role, c); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%d transactions of %d steps every %s, by each; warming up for one interval\n\n", s.checks, errandSteps, s.interval)
	if err := wait(ctx, s.interval+2*time.Second); err != nil {
		return err
	}
	if err := r.measure(ctx, s.length); err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	due := float64(s.checks) * s.length.Seconds() / s.interval.Seconds()
	floor := r.probers[1].perThousand()
	fmt.Fprintf(w, "prober\ttransactions (of %.0f)\tCPU s/1,000\tx by hand\tRSS MiB\tfailed\tmissed\tlate ms p50\tp99\tmax\n", due)
	for _, p := range r.probers {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.2f\t%.1f\t%d\t%d\t%.1f\t%.1f\t%.1f\n", p.name, p.seen.Probes, p.perThousand(),
			p.perThousand()/max(floor, 1e-9), mebi(p.after.rss), p.seen.Failed, p.seen.Missed,
			milli(p.seen.LateP50), milli(p.seen.LateP99), milli(p.seen.LateMax))
	}
	return w.Flush()
}

// roomAnswer is what the application says to every step.
type roomAnswer struct {
	Room struct {
		ID   string `json:"id"`
		Open bool   `json:"open"`
	} `json:"room"`
}

// serveRooms is the child that plays the application.
func serveRooms(_ []string, w *wire) error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Text string `json:"text"`
		}
		if json.NewDecoder(io.LimitReader(r.Body, mostBody)).Decode(&asked) != nil || asked.Text == "" {
			http.Error(w, "no text", http.StatusBadRequest)
			return
		}
		if _, err := r.Cookie("sid"); err != nil && r.URL.Path != "/step0" {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "0123456789abcdef", Path: "/"})
		w.Header().Set("Content-Type", "application/json")
		var a roomAnswer
		a.Room.ID, a.Room.Open = "r-1", true
		_ = json.NewEncoder(w).Encode(a)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if err := w.out.Encode(targetsHello{l.Addr().(*net.TCPAddr).Port}); err != nil {
		return err
	}
	err = w.serve(func(request) (any, error) { return struct{}{}, nil })
	server.Close()
	<-served
	return err
}

// errand is the transaction as a check has it.
func (c proberConfig) errand() check.Params {
	var p check.Transaction
	for i := range errandSteps {
		s := check.TransactionStep{
			Name: fmt.Sprint("step", i), URL: check.Text(fmt.Sprintf("http://127.0.0.1:%d/step%d", c.Port, i)), JSON: `{"text":"first"}`,
			JSONMatch: []check.JSONMatch{{Path: "room.open", Equal: "true"}},
			Capture:   []check.Capture{{Name: fmt.Sprint("room", i), JSON: "room.id"}},
		}
		if i > 0 {
			s.JSON = check.Text(fmt.Sprintf(`{"text":"${room%d}"}`, i-1))
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

var errRoom = errors.New("the room is not open")

// probeByHand does the errand as a program would that somebody wrote for it alone.
func probeByHand(c proberConfig, _ int) func(context.Context) bool {
	base := fmt.Sprintf("http://127.0.0.1:%d/step", c.Port)
	return func(ctx context.Context) bool { return errandByHand(ctx, base) == nil }
}

func errandByHand(ctx context.Context, base string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Jar: jar, Transport: transport}
	id := "first"
	for i := range errandSteps {
		body, err := json.Marshal(map[string]string{"text": id})
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+string(rune('0'+i)), bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(r)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(io.LimitReader(resp.Body, mostBody))
		resp.Body.Close()
		if err != nil {
			return err
		}
		var answer roomAnswer
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK || !answer.Room.Open {
			return errRoom
		}
		id = strings.Clone(answer.Room.ID)
	}
	return nil
}
