package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// LineError is a line of a file that cannot be understood.
type LineError struct {
	File   string
	Line   int
	Text   string
	Remedy string
}

// Error names the place, what is wrong and what to do.
func (e *LineError) Error() string {
	return fmt.Sprintf("%s:%d: %s\ntry: %s", e.File, e.Line, e.Text, e.Remedy)
}

// table reads CSV (RFC 4180) with a header line. The columns may stand in any
// order, unknown ones are ignored, and a byte order mark is taken.
type table struct {
	name    string
	reader  *csv.Reader
	columns map[string]int
	fields  []string // of the present line
}

// openTable reads the header, in which the required columns have to stand.
func openTable(r io.Reader, name, example string, required ...string) (*table, error) {
	t := &table{name: name, reader: csv.NewReader(skipMark(r)), columns: map[string]int{}}
	t.reader.ReuseRecord = true
	t.reader.FieldsPerRecord = -1 // our own check says what is missing
	remedy := "make the first line a header such as " + example
	header, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, &LineError{name, 1, "the file is empty", remedy}
	}
	if err != nil {
		return nil, t.broken(err)
	}
	for i, column := range header {
		column = strings.ToLower(strings.TrimSpace(column))
		if _, twice := t.columns[column]; twice && slices.Contains(required, column) {
			return nil, &LineError{name, 1, fmt.Sprintf("column %q stands there twice", column), "keep one of them"}
		}
		t.columns[column] = i
	}
	for _, column := range required {
		if _, ok := t.columns[column]; !ok {
			return nil, &LineError{name, 1, fmt.Sprintf("there is no column %q", column), remedy}
		}
	}
	return t, nil
}

// skipMark drops the UTF-8 byte order mark that spreadsheets write.
func skipMark(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, err := io.ReadFull(r, head)
	head = bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.MultiReader(bytes.NewReader(head), failing{err})
	}
	return io.MultiReader(bytes.NewReader(head), r)
}

// failing is a reader that can no longer be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// next steps to the next line; io.EOF after the last one.
func (t *table) next() error {
	fields, err := t.reader.Read()
	if err == nil || errors.Is(err, io.EOF) {
		t.fields = fields
		return err
	}
	return t.broken(err)
}

// broken gives a syntax error its line; a file that cannot be read has none.
func (t *table) broken(err error) error {
	if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
		return &LineError{t.name, syntax.Line, "broken CSV: " + syntax.Err.Error(), `put fields with a quote or comma into double quotes, and double the quotes inside`}
	}
	return fmt.Errorf("%s: %w", t.name, err)
}

// column returns the index of a column, or -1.
func (t *table) column(name string) int {
	if i, ok := t.columns[name]; ok {
		return i
	}
	return -1
}

// field returns the field of a column, or "" where there is none.
func (t *table) field(column int) string {
	if column < 0 || column >= len(t.fields) {
		return ""
	}
	return strings.TrimSpace(t.fields[column])
}

// complain is about the present line.
func (t *table) complain(text, remedy string) error {
	line, _ := t.reader.FieldPos(0)
	return &LineError{t.name, line, text, remedy}
}

// instant reads the RFC 3339 time of a column.
func (t *table) instant(column int, name string) (time.Time, error) {
	text := t.field(column)
	at, err := time.Parse(time.RFC3339, text)
	if err == nil && at.Year() >= 1970 && at.Year() < 2200 { // beyond that, nanoseconds overflow
		return at, nil
	}
	return time.Time{}, t.complain(fmt.Sprintf("%s %q: want an RFC 3339 time with its offset", name, text),
		"write "+name+" like 2020-10-01T09:00:00+09:00 or 2020-10-01T00:00:00.25Z")
}
