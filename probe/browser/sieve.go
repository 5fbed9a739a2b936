package browser

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

// messageMost bounds one message of Chromium. The longest that we want is a picture
// in base64; a page can make others of any length, by writing to its console.
const messageMost = 8 << 20

// consoleMost bounds the messages of the console that are read of one page. The
// applications that say most, with all their libraries, write some hundred lines
// while one signs in. A page that never ends to write would make Chromium keep what we
// have not yet read, a gigabyte in two minutes, and all answers would wait behind it.
const consoleMost = 2000

const (
	// longLine is how long a message of the console may be to count as one: a call of
	// console.log with where it was made. With that, no more than 8 MiB are read.
	longLine = 4 << 10

	// longestLine bounds a message of the console: so long is no line that somebody reads
	// the beginning of.
	longestLine = 128 << 10
)

// chatter begin the messages of the console.
var chatter = [][]byte{
	[]byte(`{"method":"Runtime.consoleAPICalled"`), []byte(`{"method":"Runtime.exceptionThrown"`), []byte(`{"method":"Log.entryAdded"`),
}

// unwanted begin the messages that nobody looks at, and of which a busy page makes
// thousands: chromedp turns on all of the network's events.
var unwanted = [][]byte{
	[]byte(`{"method":"Network.`), []byte(`{"method":"CSS.`), []byte(`{"method":"Page.lifecycleEvent`),
	[]byte(`{"method":"DOM.attr`), []byte(`{"method":"DOM.char`), []byte(`{"method":"DOM.child`), []byte(`{"method":"DOM.set`),
}

var wanted = []byte(`{"method":"Network.responseReceived"`)

// sieve lets the messages through that are wanted and short enough. They end with a
// zero byte. All but the console is for the goroutine that reads.
type sieve struct {
	from    io.ReadCloser
	in      *bufio.Reader
	rest    []byte       // of the message that is being read
	console atomic.Int64 // its messages since listen, a long one for as many as it fills
	flooded func()       // is called when they are too many, and must not wait
}

func newSieve(from io.ReadCloser, flooded func()) *sieve {
	return &sieve{from: from, in: bufio.NewReaderSize(from, 64<<10), flooded: flooded}
}

// listen lets messages of the console through again.
func (s *sieve) listen() { s.console.Store(0) }

// full reports whether there were too many of them.
func (s *sieve) full() bool { return s.console.Load() > consoleMost }

// Read implements io.Reader.
func (s *sieve) Read(b []byte) (int, error) {
	for len(s.rest) == 0 {
		message, size, err := s.message()
		if err != nil {
			return 0, err
		}
		if !s.dropped(message, size) {
			s.rest = message
		}
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// message reads one with its zero byte, and says how long it is; of one that is too
// long it returns the beginning.
func (s *sieve) message() (message []byte, size int, err error) {
	for {
		part, err := s.in.ReadSlice(0)
		if size += len(part); size <= messageMost || len(message) == 0 {
			message = append(message, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, 0, err
		}
		return message, size, nil
	}
}

func (s *sieve) dropped(message []byte, size int) bool {
	if bytes.HasPrefix(message, wanted) {
		return size > messageMost
	}
	if begins(message, chatter) {
		return s.tooMuch(size) || size > longestLine
	}
	return size > messageMost || begins(message, unwanted)
}

// tooMuch counts a message of the console.
func (s *sieve) tooMuch(size int) bool {
	if s.full() {
		return true
	}
	if s.console.Add(int64(1+size/longLine)) <= consoleMost {
		return false
	}
	s.flooded()
	return true
}

func begins(message []byte, with [][]byte) bool {
	for _, w := range with {
		if bytes.HasPrefix(message, w) {
			return true
		}
	}
	return false
}

// Close implements io.Closer.
func (s *sieve) Close() error { return s.from.Close() }
