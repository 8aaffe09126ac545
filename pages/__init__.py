"""What Streamlit shows: one file a page, a guard on the first line of each."""
