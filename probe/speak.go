package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// lineBytes is the longest line that is read of a target: the capabilities of
	// an IMAP server are the longest by far (RFC 9051 asks for 8192 of a server).
	lineBytes = 8192

	// linesBytes is the most that is read of one line-wise dialogue.
	linesBytes = 64 << 10
)

var (
	errLongLine = fmt.Errorf("a line is longer than %d bytes", lineBytes)
	errLongTalk = fmt.Errorf("more than %d bytes without coming to the point", linesBytes)
)

// lines reads the lines of a target, each and all of them bounded.
type lines struct {
	r    *bufio.Reader
	left int // bytes that may still be read
}

func newLines(r io.Reader) *lines {
	return &lines{r: bufio.NewReaderSize(r, lineBytes), left: linesBytes}
}

// next returns the next line without its end, CR LF or a bare LF. A line that the
// end of the stream cuts off is an error.
func (l *lines) next() (string, error) {
	b, err := l.r.ReadSlice('\n')
	l.left -= len(b)
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errLongLine
	case errors.Is(err, io.EOF) && len(b) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	case l.left < 0:
		return "", errLongTalk
	}
	return strings.TrimSuffix(string(b[:len(b)-1]), "\r"), nil
}

// pending reports whether something was sent that nobody has asked for yet.
func (l *lines) pending() bool { return l.r.Buffered() > 0 }
