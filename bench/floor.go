package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// proberConfig is what a prober child is told at its start.
type proberConfig struct {
	Port     int
	Checks   int
	Interval time.Duration
	Timeout  time.Duration
	Reprobe  time.Duration // slamon only
	Skip     int           // targets below are left out of the lateness
	Seed     uint64        // slamon only
	Dir      string        // slamon only: where the store lies
	Errand   bool          // transactions instead of single requests
}

// target returns host:port of a target.
func (c proberConfig) target(i int) string { return fmt.Sprintf("%s:%d", addressOf(i), c.Port) }

// runFloor makes a prober that does nothing but probe: slots evenly over the
// interval, one timer, a goroutine for each probe, no history.
func runFloor(prepare func(c proberConfig, i int) func(context.Context) bool) func([]string, *wire) error {
	return func(args []string, w *wire) error {
		var c proberConfig
		if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
			return err
		}
		probes := make([]func(context.Context) bool, c.Checks)
		for i := range probes {
			probes[i] = prepare(c, i)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var r record
		var pacing sync.WaitGroup
		pacing.Go(func() { pace(ctx, c, probes, &r) })
		defer pacing.Wait()
		defer cancel()
		if err := w.out.Encode(struct{}{}); err != nil {
			return err
		}
		return w.serve(func(request) (any, error) { return r.take(c.Skip), nil })
	}
}

// pace sends every probe at its slot until ctx is done.
func pace(ctx context.Context, c proberConfig, probes []func(context.Context) bool, r *record) {
	begin := time.Now().Add(100 * time.Millisecond)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var running sync.WaitGroup
	defer running.Wait()
	for k := 0; ; k++ {
		i := k % len(probes)
		due := begin.Add(c.Interval*time.Duration(k/len(probes)) + c.Interval*time.Duration(i)/time.Duration(len(probes)))
		timer.Reset(time.Until(due))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		running.Go(func() {
			r.sent(start{i, due, time.Now()})
			ctx, cancel := context.WithTimeout(ctx, c.Timeout)
			defer cancel()
			if !probes[i](ctx) {
				r.fail()
			}
		})
	}
}

// mostBody bounds what a floor reads of an answer.
const mostBody = 1 << 20

// floorClient asks by net/http without keeping connections.
var floorClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// probeStd asks as most Go programs would.
func probeStd(c proberConfig, i int) func(context.Context) bool {
	url := "http://" + c.target(i) + "/"
	return func(ctx context.Context) bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		resp, err := floorClient.Do(req)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, mostBody))
		return err == nil && resp.StatusCode == http.StatusOK
	}
}

// answers holds buffers for an answer.
var answers = sync.Pool{New: func() any { return new([4096]byte) }}

// probeRaw writes and reads the bytes itself.
func probeRaw(c proberConfig, i int) func(context.Context) bool {
	address := c.target(i)
	request := []byte("GET / HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: floor\r\nConnection: close\r\n\r\n")
	return func(ctx context.Context) bool {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp4", address)
		if err != nil {
			return false
		}
		defer conn.Close()
		if end, ok := ctx.Deadline(); ok {
			conn.SetDeadline(end)
		}
		if _, err := conn.Write(request); err != nil {
			return false
		}
		buf := answers.Get().(*[4096]byte)
		defer answers.Put(buf)
		n := 0
		for n < len(buf) {
			m, err := conn.Read(buf[n:])
			if n += m; err != nil {
				break
			}
		}
		return bytes.HasPrefix(buf[:n], []byte("HTTP/1.1 200 "))
	}
}
