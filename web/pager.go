package web

import "strconv"

// pagerView leads through a long list.
type pagerView struct {
	Page, Pages    int
	Earlier, Later string
}

// paged returns the part of list that ?page= asks for.
func paged[T any](v *visit, list []T, size int) ([]T, pagerView) {
	pages := max((len(list)+size-1)/size, 1)
	n, _ := strconv.Atoi(v.query.Get("page")) // a bad number is page one
	n = min(max(n, 1), pages)
	view := pagerView{Page: n, Pages: pages}
	if n > 1 {
		view.Earlier = v.with("page", strconv.Itoa(n-1))
	}
	if n < pages {
		view.Later = v.with("page", strconv.Itoa(n+1))
	}
	return list[(n-1)*size : min(n*size, len(list))], view
}
