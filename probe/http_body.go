package probe

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"sync"
)

const (
	// defaultMaxBody is read of a body unless the check says otherwise.
	defaultMaxBody = 1 << 20

	// framing is what may be read beside MaxBody: chunk sizes, trailers, and the
	// compressed form of a body that grows instead of shrinking.
	framing = 64 << 10

	// keptBody is the largest body buffer that is kept for the next probe: a few
	// checks of large pages must not pin their size for every worker.
	keptBody = 64 << 10
)

// body is what was read of an answer's body.
type body struct {
	size int64
	cut  bool // there was more, beyond the limit
	text *bytes.Buffer
}

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (b *body) release() {
	if b.text != nil && b.text.Cap() <= keptBody {
		b.text.Reset()
		bodies.Put(b.text)
	}
}

// readBody reads at most limit bytes of the body, decoded, and keeps them if
// keep says so. The first bytes go to the evidence in any case.
func (x *exchange) readBody(t *trace, limit int64, keep bool) (body, error) {
	x.from.left = 2*limit + framing
	b := body{}
	if keep {
		b.text = bodies.Get().(*bytes.Buffer)
	}
	from, err := x.decoded(2*limit + framing)
	if err != nil {
		return b, err
	}
	shown := 0
	for {
		room := min(int64(len(x.buf)), limit-b.size)
		if room == 0 {
			b.cut = true
			return b, nil
		}
		n, err := from.Read(x.buf[:room])
		b.size += int64(n)
		if shown < len(x.first) {
			shown += copy(x.first[shown:], x.buf[:n])
			t.body = x.first[:shown]
		}
		if b.text != nil {
			b.text.Write(x.buf[:n])
		}
		switch {
		case err == io.EOF:
			return b, nil
		case errors.Is(err, errAllowance):
			b.cut = true
			return b, nil
		case err != nil:
			return b, err
		}
	}
}

// decoded undoes gzip (RFC 1952), which some servers send unasked. At most limit
// bytes are taken: a hostile stream can be endless and yet decode to nothing.
func (x *exchange) decoded(limit int64) (io.Reader, error) {
	if !strings.EqualFold(x.resp.Header.Get("Content-Encoding"), "gzip") {
		return x.resp.Body, nil
	}
	z, err := gzip.NewReader(&allowance{Reader: x.resp.Body, left: limit})
	if err == io.EOF { // as after HEAD
		return x.resp.Body, nil
	}
	return z, err
}

// maxBody is the limit of the check.
func (h *httpProbe) maxBody() int64 {
	if h.params.MaxBody > 0 {
		return h.params.MaxBody
	}
	return defaultMaxBody
}
