package slamon_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/slamon/slamon/"

// ground lists the pure packages; each may import those before it.
var ground = []string{"secret", "check", "timeline", "sla", "device", "status", "alert"}

// first lists the packages that own one piece of the outside world each. They
// import the ground floor, and rooms inside themselves, but never a neighbour.
var first = []string{"config", "schedule", "probe", "snmp", "store", "notify", "metrics", "report", "web"}

// daemon is the room on the top floor that wires all others, with rooms inside itself. Its
// neighbours there, the commands, may import it.
const daemon = "cmd/slamon/daemon/"

// forbidden are the imports that would bring the outside world to the ground
// floor.
var forbidden = []string{"os", "net", "net/http", "context", "log", "log/slog", "os/exec", "io/fs", "syscall", "flag"}

func TestFloors(t *testing.T) {
	described := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || name != "." && strings.HasPrefix(entry.Name(), ".")) {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(name))
		described[dir] = described[dir] || file.Doc != nil
		if !strings.HasSuffix(name, "_test.go") {
			checkFile(t, name, dir, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, ok := range described {
		if !ok && dir != "." {
			t.Errorf("%s: no file has a package comment", dir)
		}
	}
}

func checkFile(t *testing.T, name, dir string, file *ast.File) {
	room, _, _ := strings.Cut(dir, "/")
	level := slices.Index(ground, room)
	for _, spec := range file.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		target, inside := strings.CutPrefix(imported, module)
		target, _, _ = strings.Cut(target, "/")
		switch {
		case level >= 0 && inside:
			if at := slices.Index(ground, target); at < 0 || at >= level {
				t.Errorf("%s imports %s: the ground floor imports only %v", name, imported, ground[:level])
			}
		case level >= 0:
			if strings.Contains(strings.Split(imported, "/")[0], ".") || slices.Contains(forbidden, imported) {
				t.Errorf("%s imports %s: the ground floor is pure and uses the standard library only", name, imported)
			}
		case slices.Contains(first, room) && inside:
			if target != room && !slices.Contains(ground, target) {
				t.Errorf("%s imports %s: the first floor imports the ground floor, never a neighbour", name, imported)
			}
		case strings.HasPrefix(dir+"/", daemon) && inside:
			if !slices.Contains(ground, target) && !slices.Contains(first, target) && !strings.HasPrefix(imported, module+daemon) {
				t.Errorf("%s imports %s: the daemon wires the rooms below; commands import it, and it imports no command", name, imported)
			}
		}
	}
	if level >= 0 {
		ast.Inspect(file, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok && clockCall(selector) {
				t.Errorf("%s calls time.%s: the ground floor takes now as an argument", name, selector.Sel.Name)
			}
			_, goes := n.(*ast.GoStmt)
			if goes {
				t.Errorf("%s starts a goroutine: the ground floor is pure", name)
			}
			return true
		})
	}
}

func clockCall(s *ast.SelectorExpr) bool {
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "time" &&
		slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}, s.Sel.Name)
}
