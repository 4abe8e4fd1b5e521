package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func (f *Fetcher) http(ctx context.Context, location, have string) (data []byte, version string, same bool, err error) {
	u, err := parse(location)
	if err != nil {
		return nil, "", false, err
	}
	at, err := host(u, 80)
	if err != nil {
		return nil, "", false, err
	}
	client := http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, // nothing stays behind
			DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return f.o.Net.Dial(ctx, at) },
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", false, errors.New("malformed URL")
	}
	ask(req.Header, have)
	res, err := client.Do(req)
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // it names the URL once more
		err = wrapped.Err
	}
	if err != nil {
		return nil, "", false, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotModified && have != "" {
		return nil, have, true, nil
	}
	if res.StatusCode != http.StatusOK {
		return nil, "", false, refusal{fmt.Sprintf("the server answered %d", res.StatusCode), statusError(res.StatusCode)}
	}
	data, err = io.ReadAll(io.LimitReader(res.Body, int64(f.o.Limit)+1))
	if err == nil && res.ContentLength > int64(len(data)) && len(data) <= f.o.Limit {
		err = io.ErrUnexpectedEOF
	}
	return data, versionOf(res.Header), false, err
}

// maxVersion bounds what is kept of a server's validators, in bytes.
const maxVersion = 512

// versionOf is what a server says of the version of a file, as one text: its entity-tag, and
// when it was changed. A time that is not before the answer may be that of two versions (RFC
// 9110 8.8.2.2).
func versionOf(h http.Header) string {
	etag, changed := h.Get("ETag"), h.Get("Last-Modified")
	at, err := http.ParseTime(changed)
	date, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil || date.Sub(at) < time.Second {
		changed = ""
	}
	if etag+changed == "" || len(etag)+len(changed) > maxVersion {
		return ""
	}
	return etag + "\n" + changed
}

// ask makes a request conditional (RFC 9110 13.1): the server looks at the time only if it
// knows no entity-tags.
func ask(h http.Header, have string) {
	etag, changed, _ := strings.Cut(have, "\n")
	if etag != "" {
		h.Set("If-None-Match", etag)
	}
	if changed != "" {
		h.Set("If-Modified-Since", changed)
	}
}

// statusError is what a status of HTTP means for a file.
func statusError(code int) error {
	switch code {
	case http.StatusNotFound, http.StatusGone:
		return fs.ErrNotExist
	case http.StatusUnauthorized, http.StatusForbidden:
		return fs.ErrPermission
	}
	return fs.ErrInvalid
}
