"""Catalogues of films that are asked about a film: Wikidata, and TMDB with a key of the cinema's own."""
