package daemon

import (
	"reflect"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

// TestSumsSeeEveryField changes each field of what is kept: the sum must change with
// all but those that change with every probe, or a change would not survive a restart.
func TestSumsSeeEveryField(t *testing.T) {
	steady := map[string]bool{"Held": true, "Condition.Failed": true, "Condition.Sentence": true, "Condition.JA.Title": true, "Condition.JA.Sentence": true}
	it := &alert.Item{Condition: alert.Condition{Type: alert.Incident}, Acted: &alert.Act{}}
	eachField(t, reflect.ValueOf(it).Elem(), "", func(name string) uint64 { return itemSum(it) }, steady)
	s := &alert.Subject{}
	eachField(t, reflect.ValueOf(s).Elem(), "", func(string) uint64 { return subjectSum(s) }, nil)
}

// eachField sets one field after the other, all the way down, and holds the sums
// before and after against each other.
func eachField(t *testing.T, v reflect.Value, at string, sum func(string) uint64, steady map[string]bool) {
	t.Helper()
	for i := range v.NumField() {
		f, name := v.Field(i), at+v.Type().Field(i).Name
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[time.Time]() {
			eachField(t, f, name+".", sum, steady)
			continue
		}
		before := sum(name)
		switch f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Int:
			f.SetInt(7)
		case reflect.Uint8:
			f.SetUint(uint64(check.ReasonTimeout))
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Struct:
			f.Set(reflect.ValueOf(time.Unix(1, 0)))
		default:
			t.Fatalf("%s is a %s", name, f.Kind())
		}
		if changed := sum(name) != before; changed == steady[name] {
			t.Errorf("%s: the sum changed: %t, want %t", name, changed, !steady[name])
		}
		if name == "Condition.Type" {
			f.SetString(string(alert.Incident))
		}
	}
}
