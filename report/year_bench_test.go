package report

import (
	"bytes"
	"testing"
)

// BenchmarkYearForms makes and writes a year's report on one claim in each form; each
// has to take less than 200 ms.
func BenchmarkYearForms(b *testing.B) {
	in := year(b)
	for _, f := range []Format{Text, CSV, JSON, HTML} {
		b.Run(string(f), func(b *testing.B) {
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := Make(in).Write(&out, f, Japanese); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
