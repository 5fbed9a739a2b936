package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/slamon/slamon/alert"
)

var anyVerb = regexp.MustCompile(`%(?:\[\d\])?[a-z]`)

// forTerminals are refusals that no page shows: of a file, and of a request's words.
var forTerminals = []string{"%s: row ", "this slamon"}

// TestRefusalsInJapanese goes through what the code refuses people: each sentence that a
// form can meet has Japanese words.
func TestRefusalsInJapanese(t *testing.T) {
	n := 0
	for _, root := range []string{"../cmd/slamon", "../sla/correction.go", "../sla/maintenance.go", "../sla/cause.go", "../device/review.go"} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			whole := filepath.Ext(root) == ".go" // all that these files complain of
			ast.Inspect(file, func(node ast.Node) bool {
				sentence, ok := refused(node, whole)
				if !ok {
					return true
				}
				n++
				first, _, _ := strings.Cut(anyVerb.ReplaceAllString(sentence, "x"), "\n")
				for _, prefix := range forTerminals {
					if strings.HasPrefix(sentence, prefix) {
						return true
					}
				}
				if !alert.Phrased(first) {
					t.Errorf("%s: %q has no Japanese words: add them to alert/phrase.go", name, sentence)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 25 {
		t.Errorf("only %d refusals were found in the code", n)
	}
}

// refused returns the sentence of a refusal: refuse400("...") and Refusal{Err: ...}, or
// any error where all of a file are shown.
func refused(node ast.Node, whole bool) (string, bool) {
	switch x := node.(type) {
	case *ast.CallExpr:
		if name := called(x); name == "refuse400" || whole && (name == "Errorf" || name == "New") {
			return literal(x)
		}
	case *ast.CompositeLit:
		if s, ok := x.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Refusal" && len(x.Elts) == 1 {
			if pair, ok := x.Elts[0].(*ast.KeyValueExpr); ok {
				if call, ok := pair.Value.(*ast.CallExpr); ok {
					return literal(call)
				}
			}
		}
	}
	return "", false
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(call *ast.CallExpr) (string, bool) {
	if len(call.Args) == 0 {
		return "", false
	}
	text, ok := call.Args[0].(*ast.BasicLit)
	if !ok || text.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(text.Value)
	return s, err == nil
}

// TestRefusalInJapanese checks that a form is refused in the language of its page.
func TestRefusalInJapanese(t *testing.T) {
	o, _ := stated()
	h := handler(t, o)
	w := submit(h, "/claims/meeting-year/correct?lang=ja", url.Values{
		"by": {"佐藤"}, "note": {"合意済み"}, "as": {"up"}, "from": {"2026-04-03T18:42"}, "to": {"2026-04-03T18:41"},
	})
	if body := w.Body.String(); w.Code != http.StatusBadRequest || !strings.Contains(body, "開始より後になっていません") || strings.Contains(body, "the correction ends") {
		t.Errorf("%d, want a refusal in Japanese:\n%s", w.Code, body)
	}
}
