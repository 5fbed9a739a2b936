package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*
var staticFiles embed.FS

// static serves the embedded files. Style and script are named after their
// content, so that browsers may keep them for ever and still see a new version
// at once.
type static struct {
	style, script string
	files         map[string][]byte
}

func newStatic() (*static, error) {
	s := &static{files: map[string][]byte{}}
	err := fs.WalkDir(staticFiles, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		base := path.Base(name)
		ext := path.Ext(base)
		sum := sha256.Sum256(data)
		named := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		s.files[base], s.files[named] = data, data
		switch base {
		case "style.css":
			s.style = named
		case "live.js":
			s.script = named
		}
		return nil
	})
	return s, err
}

func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	data, ok := s.files[name]
	if !ok {
		fail(w, http.StatusNotFound, "no such file")
		return
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "max-age=3600")
	h.Set("Vary", "Accept-Encoding")
	if name == s.style || name == s.script {
		h.Set("Cache-Control", "max-age=31536000, immutable")
	}
	send(w, r, http.StatusOK, data)
}
