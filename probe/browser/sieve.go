package browser

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// messageMost bounds one message of Chromium. The longest that we want is a picture
// in base64; a page can make others of any length, by writing to its console.
const messageMost = 8 << 20

// unwanted begin the messages that nobody looks at, and of which a busy page makes
// thousands: chromedp turns on all of the network's events.
var unwanted = [][]byte{
	[]byte(`{"method":"Network.`), []byte(`{"method":"CSS.`), []byte(`{"method":"Page.lifecycleEvent`),
	[]byte(`{"method":"DOM.attr`), []byte(`{"method":"DOM.char`), []byte(`{"method":"DOM.child`), []byte(`{"method":"DOM.set`),
}

var wanted = []byte(`{"method":"Network.responseReceived"`)

// sieve lets the messages through that are wanted and short enough. They end with a
// zero byte.
type sieve struct {
	from io.ReadCloser
	in   *bufio.Reader
	rest []byte // of the message that is being read
}

func newSieve(from io.ReadCloser) *sieve {
	return &sieve{from: from, in: bufio.NewReaderSize(from, 64<<10)}
}

// Read implements io.Reader.
func (s *sieve) Read(b []byte) (int, error) {
	for len(s.rest) == 0 {
		message, err := s.message()
		if err != nil {
			return 0, err
		}
		if !dropped(message) {
			s.rest = message
		}
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// message reads one with its zero byte; none of one that is too long.
func (s *sieve) message() ([]byte, error) {
	var message []byte
	long := false
	for {
		part, err := s.in.ReadSlice(0)
		long = long || len(message)+len(part) > messageMost
		if !long {
			message = append(message, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		case long:
			return nil, nil
		}
		return message, nil
	}
}

func dropped(message []byte) bool {
	if bytes.HasPrefix(message, wanted) {
		return false
	}
	for _, u := range unwanted {
		if bytes.HasPrefix(message, u) {
			return true
		}
	}
	return false
}

// Close implements io.Closer.
func (s *sieve) Close() error { return s.from.Close() }
