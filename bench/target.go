package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// fault is what a target does instead of answering well.
type fault string

// The faults.
const (
	refuse fault = "refuse" // nothing listens
	silent fault = "hang"   // accepts and never answers
	broken fault = "500"    // answers with status 500
	wrong  fault = "wrong"  // answers with status 200 and another body
)

// outage is a fault of one target. Times are Unix nanoseconds.
type outage struct {
	Target   int
	Kind     fault
	From, To int64
}

// targetsConfig is what a targets child is told at its start.
type targetsConfig struct{ Targets int }

// targetsHello is what it says then: every target has a loopback address of its
// own on the same port.
type targetsHello struct{ Port int }

// mostTargets bounds the listeners, which cost a descriptor each; with more
// checks than that several ask the same target.
const mostTargets = 10_000

// addressOf returns the loopback address of a check's target.
func addressOf(i int) net.IP {
	i %= mostTargets
	return net.IPv4(127, byte(1+i>>16), byte(i>>8), byte(i))
}

// The answers. The connection is closed by the target, so that the probers do
// not fill their port range with connections in TIME_WAIT.
var (
	goodAnswer   = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nConnection: close\r\n\r\nall well")
	brokenAnswer = []byte("HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbroken")
	wrongAnswer  = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\nConnection: close\r\n\r\nno, sick")
)

// target is one address that answers HTTP, or does what its script says.
type target struct {
	number  int
	bind    string
	foreign map[string]*record

	mu       sync.Mutex
	fault    fault // now; empty for none
	listener net.Listener
}

// targets is all of them.
type targets struct {
	all  []*target
	done sync.WaitGroup

	foreign map[string]*record // requests of whole programs, by the path they ask for

	mu    sync.Mutex
	truth []outage
}

func serveTargets(args []string, w *wire) error {
	var c targetsConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	ts, port, err := listenAll(c.Targets)
	if err != nil {
		return err
	}
	if err := w.out.Encode(targetsHello{port}); err != nil {
		return err
	}
	return w.serve(func(r request) (any, error) {
		for _, o := range r.Script {
			ts.perform(o)
		}
		if r.Window {
			return ts.foreign[r.Path].take(mostTargets), nil // late for what is not known here
		}
		if !r.Truth {
			return struct{}{}, nil
		}
		ts.done.Wait()
		ts.mu.Lock()
		defer ts.mu.Unlock()
		return ts.truth, nil
	})
}

// listenAll gives every target a listener on a port that is free on all of their
// addresses.
func listenAll(n int) (*targets, int, error) {
	const attempts = 10 // a port that is free on one address rarely is taken on another
	var err error
	for range attempts {
		var ts *targets
		var port int
		if ts, port, err = listen(n); err == nil {
			return ts, port, nil
		}
	}
	return nil, 0, err
}

func listen(n int) (*targets, int, error) {
	ts := &targets{foreign: map[string]*record{daemonPath: {}, blackboxPath: {}}}
	port := 0
	for i := range n {
		t := &target{number: i, foreign: ts.foreign, bind: fmt.Sprintf("%s:%d", addressOf(i), port)}
		if err := t.open(); err != nil {
			for _, other := range ts.all {
				other.close()
			}
			return nil, 0, err
		}
		port = t.listener.Addr().(*net.TCPAddr).Port
		t.bind = t.listener.Addr().String()
		ts.all = append(ts.all, t)
	}
	return ts, port, nil
}

// open listens. The address was ours a moment ago, so nobody else has it.
func (t *target) open() error {
	l, err := net.Listen("tcp4", t.bind)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.listener = l
	t.mu.Unlock()
	go t.accept(l)
	return nil
}

func (t *target) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.listener.Close()
}

func (t *target) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go t.answer(c)
		}
	}
}

// requests holds buffers for a request.
var requests = sync.Pool{New: func() any { return new([2048]byte) }}

// answer reads a request and does what the script says at that moment.
func (t *target) answer(c net.Conn) {
	defer c.Close()
	buf := requests.Get().(*[2048]byte)
	defer requests.Put(buf)
	c.SetDeadline(time.Now().Add(time.Minute))
	n := 0
	for !bytes.Contains(buf[:n], []byte("\r\n\r\n")) {
		m, err := c.Read(buf[n:])
		if n += m; err != nil || n == len(buf) {
			return
		}
	}
	_, path, _ := bytes.Cut(buf[:n], []byte(" "))
	path, _, _ = bytes.Cut(path, []byte(" "))
	if record := t.foreign[string(path)]; record != nil {
		record.sent(start{target: t.number, sent: time.Now()})
	}
	t.mu.Lock()
	now := t.fault
	t.mu.Unlock()
	switch now {
	case silent, refuse: // refused while it was being asked: no answer either
		io.Copy(io.Discard, c)
	case broken:
		c.Write(brokenAnswer)
	case wrong:
		c.Write(wrongAnswer)
	default:
		c.Write(goodAnswer)
	}
}

// perform arranges an outage and notes when it really began and ended.
func (ts *targets) perform(o outage) {
	ts.done.Add(1)
	t := ts.all[o.Target]
	time.AfterFunc(time.Until(time.Unix(0, o.From)), func() {
		t.set(o.Kind)
		o.From = time.Now().UnixNano()
		if o.Kind == refuse {
			t.close()
		}
		time.AfterFunc(time.Until(time.Unix(0, o.To)), func() {
			defer ts.done.Done()
			if o.Kind == refuse {
				if err := t.open(); err != nil {
					panic(fmt.Sprintf("target %d: listen again: %v", t.number, err))
				}
			}
			t.set("")
			o.To = time.Now().UnixNano()
			ts.mu.Lock()
			ts.truth = append(ts.truth, o)
			ts.mu.Unlock()
		})
	})
}

func (t *target) set(f fault) {
	t.mu.Lock()
	t.fault = f
	t.mu.Unlock()
}
