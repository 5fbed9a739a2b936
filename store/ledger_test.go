package store

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFactsTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slamon.db")
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	facts := []Fact{{"outbox/b", []byte("2")}, {"outbox/a", []byte("1")}, {"other", []byte("x")}}
	if err := s.PutAll(facts); err != nil {
		t.Fatal(err)
	}
	if err := s.PutAll([]Fact{{"outbox/b", nil}, {"outbox/c", []byte("3")}}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutAll([]Fact{{"outbox/d", []byte("4")}, {"big", make([]byte, maxFact+1)}}); err == nil {
		t.Error("a fact of more than 1 MiB was taken")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path, Options{NoSync: true}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Scan("outbox/", 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Fact{{"outbox/a", []byte("1")}, {"outbox/c", []byte("3")}}, got); diff != "" {
		t.Errorf("facts differ (-want +got):\n%s", diff)
	}
	if got, err = s.Scan("outbox/", 1); err != nil || len(got) != 1 {
		t.Errorf("Scan with limit 1 = %d facts, %v", len(got), err)
	}
}
