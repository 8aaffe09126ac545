"""HTTP beside Streamlit: routes and middleware of the same process."""
