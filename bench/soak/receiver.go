package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// channelCount is how many channels there are: the first, the escalation, the fallback.
const channelCount = 3

// receiver is the other end of all channels.
type receiver struct {
	address string
	server  *http.Server

	mu       sync.Mutex
	accepted map[string]int           // how often, by notice
	delays   map[string]time.Duration // from detection to the first acceptance
	refused  int
}

func listen() (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{address: listener.Addr().String(), accepted: map[string]int{}, delays: map[string]time.Duration{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go r.server.Serve(listener)
	return r, nil
}

func (r *receiver) close() { r.server.Close() }

func (r *receiver) urls() (list []string) {
	for i := range channelCount {
		list = append(list, fmt.Sprintf("http://%s/%d", r.address, i+1))
	}
	return list
}

// ServeHTTP accepts half of what comes and fails the other half: for now, for good,
// by silence, or by breaking off.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
	if err != nil {
		return
	}
	dice := rand.IntN(8)
	if dice < 4 {
		r.mu.Lock()
		r.refused++
		r.mu.Unlock()
	}
	switch dice {
	case 0:
		w.WriteHeader(http.StatusInternalServerError)
	case 1:
		w.WriteHeader(http.StatusForbidden)
	case 2:
		<-request.Context().Done() // until the sender gives up
	case 3:
		panic(http.ErrAbortHandler)
	default:
		r.take(body)
	}
}

func (r *receiver) take(body []byte) {
	got, err := decode(body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.accepted[got.ID]++; r.accepted[got.ID] == 1 {
		r.delays[got.ID] = time.Since(got.Notice.Detected)
	}
}

// table prints the outcome. It is an error when a notice was lost or late.
func (r *receiver) table(out io.Writer, due int, window time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delays := make([]time.Duration, 0, len(r.delays))
	doubled, late := 0, 0
	for id, d := range r.delays {
		delays = append(delays, d)
		if r.accepted[id] > 1 {
			doubled++
		}
		if d > window {
			late++
		}
	}
	slices.Sort(delays)
	at := func(share float64) time.Duration {
		if len(delays) == 0 {
			return 0
		}
		return delays[int(share*float64(len(delays)-1))].Round(time.Millisecond)
	}
	lost := due - len(delays)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DUE\tDELIVERED\tDOUBLED\tLOST\tLATE\tATTEMPTS REFUSED\tMEDIAN\t99 %\tLATEST\tWINDOW")
	fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n", due, len(delays), doubled, lost, late, r.refused, at(.5), at(.99), at(1), window)
	table.Flush()
	if lost > 0 || late > 0 {
		return fmt.Errorf("%d notices were lost and %d were late", lost, late)
	}
	return nil
}
